"""Calls in which the guard and the judge once disagreed, and what the guard must not overlook."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from typed_rope.checking import ShapeError, refuse, typed

B, T, D = 3, 5, 8


def test_a_braced_field_that_cannot_be_read_is_a_refusal() -> None:
    @typed
    def split(x: Float[Tensor, "b h={config.heads}"], config: Any) -> None:
        return None

    with pytest.raises(ShapeError):
        split(torch.zeros(B, T), None)
    split(torch.zeros(B, T), SimpleNamespace(heads=T))


@pytest.mark.parametrize("value", [None, "3 4", -B, [B], float("nan")], ids=repr)
def test_a_braced_field_that_is_no_size_is_a_refusal(value: object) -> None:
    @typed
    def take(x: Float[Tensor, "b n={n}-1"], n: Any) -> None:
        return None

    with pytest.raises(ShapeError):
        take(torch.zeros(B, T), value)


def test_a_braced_field_that_equals_a_size_is_read_as_jaxtyping_reads_it() -> None:
    @typed
    def take(x: Float[Tensor, "b n={n}"], n: Any) -> None:
        return None

    take(torch.zeros(B, T), float(T))
    take(torch.zeros(B, T), str(T))


def test_a_member_of_a_union_that_fails_binds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    @typed
    def take(x: Float[Tensor, "a 4"] | Float[Tensor, "b a"], y: Float[Tensor, " a"]) -> None:
        return None

    def fits(*_: object) -> bool:
        raise NotImplementedError("the guard must accept by itself, or it is refused in a graph")

    monkeypatch.setattr(refuse, "fits", fits)
    take(torch.zeros(B, T), torch.zeros(T))
    take(torch.zeros(B, 4), torch.zeros(B))


def test_a_member_of_a_union_that_fails_leaves_broadcast_sizes_as_they_were() -> None:
    @typed
    def spread(
        x: Float[Tensor, "*#b"],
        y: Float[Tensor, "*#b"] | Float[Tensor, " t *b"],  # a space: ruff would read a product
    ) -> None:
        return None

    spread(torch.zeros(2), torch.zeros(3, 2))
    spread(torch.zeros(2), torch.zeros(5, 3, 2))
    with pytest.raises(ShapeError):
        spread(torch.zeros(2), torch.zeros(5, 3, 4))


def test_a_union_does_not_go_on_past_an_axis_that_nothing_has_bound() -> None:
    @typed
    def rotate(
        x: Float[Tensor, "b d"] | None, cos: Float[Tensor, " d/2"] | Float[Tensor, " t"]
    ) -> None:
        return None

    rotate(torch.zeros(B, D), torch.zeros(D // 2))
    with pytest.raises(ShapeError):
        rotate(None, torch.zeros(T))


def test_a_union_does_not_go_on_past_a_division_by_zero() -> None:
    @typed
    def group(x: Float[Tensor, "h g"], y: Float[Tensor, " h/g"] | Float[Tensor, " t"]) -> None:
        return None

    with pytest.raises(ShapeError):
        group(torch.zeros(T, 0), torch.zeros(B))


def test_a_default_that_does_not_fit_is_not_checked_when_the_judge_is_asked() -> None:
    # The judge is asked: `d/2` stands in front of `d`, in a parameter that binds `b` as well.
    @typed
    def rotate(
        x: Float[Tensor, "d b"] = None,  # type: ignore[assignment]  # the untrue default is the case
        cos: Float[Tensor, "b/2 c"] | None = None,
        *,
        bias: Float[Tensor, "c b"],
    ) -> None:
        return None

    rotate(cos=torch.zeros(B, T), bias=torch.zeros(T, 2 * B))


def test_an_expression_may_stand_before_the_axis_that_it_reads() -> None:
    @typed
    def turn(cos: Float[Tensor, "t d/2"], x: Float[Tensor, "d/2+1 t d"]) -> None:
        return None

    turn(torch.zeros(T, D // 2), torch.zeros(D // 2 + 1, T, D))
    with pytest.raises(ShapeError):
        turn(torch.zeros(T, D // 2 + 1), torch.zeros(D // 2 + 1, T, D))


def test_a_refusal_is_explained_where_nothing_binds_an_axis_of_an_expression() -> None:
    @typed
    def take(x: Float[Tensor, " c #d+c-c b b"], y: Float[Tensor, "#a d r=4"]) -> None:
        return None

    with pytest.raises(ShapeError):
        take(torch.zeros(B, 2, T, 1), torch.zeros(1, 2, 4, 1))


def test_a_refusal_is_explained_by_the_member_of_a_union_that_came_nearest() -> None:
    @typed
    def take(heads: int, x: Bool[Tensor, "..."] | Float[Tensor, "_ c d {heads}"]) -> None:
        return None

    with pytest.raises(ShapeError):
        take(B, torch.zeros(6, 0, 3, 9))


def test_a_tensor_is_read_by_the_first_member_of_a_union_that_could_fit() -> None:
    # `{n}` of a text is left to the judge, and so is the result then.
    @typed
    def rows(
        x: Float[Tensor, "b n={n}"], n: Any
    ) -> Float[Tensor, " b"] | Iterable[Int[Tensor, ""]]:
        return x[:, 0]

    rows(torch.zeros(B, T), str(T))

    @typed
    def sizes(
        x: Iterable[Float[Tensor, " d"]] | Float[Tensor, "d+2 1"], y: Float[Tensor, " d"]
    ) -> None:
        return None

    sizes(torch.zeros(T, 1), torch.zeros(1))
    with pytest.raises(ShapeError):
        sizes(torch.zeros(T, 1), torch.zeros(T - 2))

    @typed
    def rows_or_sizes(
        d: Float[Tensor, "d n={n}"],
        x: Iterable[Float[Tensor, " d"]] | Float[Tensor, "b d-2"],
        n: Any,
    ) -> None:
        return None

    rows_or_sizes(torch.zeros(T, D), torch.zeros(B, T), str(D))
    rows_or_sizes(torch.zeros(T, D), torch.zeros(B, T - 2), str(D))


def test_an_array_that_only_the_judge_knows_is_checked_too() -> None:
    @typed
    def join(x: Float[Tensor, "b t"], y: Float[np.ndarray, "b t"]) -> None:
        return None

    join(torch.zeros(B, T), np.zeros((B, T)))
    with pytest.raises(ShapeError):
        join(torch.zeros(B, T), np.zeros((T, B)))


def test_a_numpy_array_is_no_tensor() -> None:
    @typed
    def scale(x: Float[Tensor, "b t"] | None) -> None:
        return None

    with pytest.raises(ShapeError):
        scale(np.zeros((B, T)))  # type: ignore[arg-type]  # the mistake under test


def test_further_arguments_may_be_anything() -> None:
    @typed
    def call(x: Float[Tensor, "b t"], *further: Any, **named: Any) -> int:
        return len(further) + len(named)

    assert call(torch.zeros(B, T), None, "y", z=3) == 3


def test_items_may_be_tensors_or_anything() -> None:
    @typed
    def count(items: list[Float[Tensor, "b t"] | Any]) -> int:
        return len(items)

    assert count([torch.zeros(B, T), torch.zeros(T), "x"]) == 3
