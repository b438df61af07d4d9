import dataclasses
import math

import pytest

from typed_rope.checking import ShapeError
from typed_rope.rope.scaling import LinearScaling
from typed_rope.rope.spec import RopeSpec


def test_all_of_a_head_turns_unless_told_otherwise() -> None:
    assert RopeSpec(head_dim=64).rotary_dim == 64
    assert RopeSpec(head_dim=64, rotary_dim=16).rotary_dim == 16


def test_the_rest_of_a_spec_is_the_original_rope() -> None:
    spec = RopeSpec(head_dim=64)
    assert (spec.theta, spec.scaling, spec.pairing) == (10_000.0, None, "halves")


def test_equal_specs_are_one_key() -> None:
    one, other = (RopeSpec(head_dim=64, scaling=LinearScaling(factor=2.0)) for _ in range(2))
    assert len({one, other, RopeSpec(head_dim=64, theta=5e5)}) == 2


def test_a_spec_cannot_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        RopeSpec(head_dim=64).theta = 1.0  # type: ignore[misc]  # it is refused when run as well


@pytest.mark.parametrize("rotary_dim", [None, 7])
def test_an_odd_head_dim_is_refused_by_name(rotary_dim: int | None) -> None:
    with pytest.raises(ValueError, match="head_dim") as error:
        RopeSpec(head_dim=7) if rotary_dim is None else RopeSpec(head_dim=7, rotary_dim=rotary_dim)
    assert str(error.value) == (
        "RopeSpec: head_dim must be even to be rotated in pairs, got 7; give an even rotary_dim to "
        "rotate a part of it."
    )


def test_an_odd_head_dim_may_turn_an_even_part() -> None:
    assert RopeSpec(head_dim=7, rotary_dim=4).rotary_dim == 4


@pytest.mark.parametrize("rotary_dim", [5, 0, -2, 10])
def test_a_rotary_dim_without_pairs_is_refused(rotary_dim: int) -> None:
    with pytest.raises(ValueError, match="rotary_dim") as error:
        RopeSpec(head_dim=8, rotary_dim=rotary_dim)
    assert str(error.value) == (
        "RopeSpec: rotary_dim must be even, at least 2 and at most head_dim, got "
        f"rotary_dim={rotary_dim}, head_dim=8."
    )


@pytest.mark.parametrize("head_dim", [0, 1, -4])
def test_a_head_dim_too_small_for_a_pair_is_refused(head_dim: int) -> None:
    with pytest.raises(ValueError, match="head_dim") as error:
        RopeSpec(head_dim=head_dim)
    assert str(error.value) == f"RopeSpec: head_dim must be at least 2, got {head_dim}."


@pytest.mark.parametrize("theta", [0.0, -1.0, math.nan, math.inf])
def test_a_theta_without_frequencies_is_refused(theta: float) -> None:
    with pytest.raises(ValueError, match="theta") as error:
        RopeSpec(head_dim=8, theta=theta)
    assert str(error.value) == f"RopeSpec: theta must be above 0 and finite, got {theta}."


def test_an_unknown_pairing_is_refused() -> None:
    with pytest.raises(ShapeError):
        RopeSpec(head_dim=8, pairing="adjacent")  # type: ignore[arg-type]  # it is refused when run as well


def test_the_numbers_of_a_spec_are_given_by_name() -> None:
    with pytest.raises(TypeError):
        RopeSpec(64)  # type: ignore[call-arg]  # it is refused when run as well
