"""What holds for every rotation by position, whatever the numbers."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from typed_rope.rope.pairing import Pairing
from typed_rope.rope.rotate import apply_rope
from typed_rope.rope.scaling import LinearScaling, Llama3Scaling
from typed_rope.rope.spec import RopeSpec
from typed_rope.rope.table import rope_table

B, H, T, S, D = 2, 3, 5, 7, 8
LLAMA3 = Llama3Scaling(
    factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=8192
)

specs = st.builds(
    RopeSpec,
    head_dim=st.just(D),
    theta=st.floats(2.0, 1e6),
    scaling=st.one_of(st.none(), st.builds(LinearScaling, factor=st.floats(1.0, 64.0)))
    | st.just(LLAMA3),
    rotary_dim=st.sampled_from([2, 4, 6, 8]),
    pairing=st.sampled_from(["halves", "interleaved"]),
)
seeds = st.integers(0, 2**31)
offsets = st.integers(-100_000, 100_000)
laws = settings(max_examples=25, deadline=None)


def _draw(seed: int, *shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def _rotate(x: Tensor, positions: Tensor, spec: RopeSpec) -> Tensor:
    return apply_rope(x, *rope_table(spec, positions, dtype=torch.float64), spec)


def _close(one: Tensor, other: Tensor) -> None:
    torch.testing.assert_close(one, other, rtol=0, atol=1e-8)


@laws
@given(spec=specs, seed=seeds, offset=offsets)
def test_scores_depend_on_position_differences_only(spec: RopeSpec, seed: int, offset: int) -> None:
    q, k = _draw(seed, B, H, T, D), _draw(seed + 1, B, H, S, D)
    here = _rotate(q, torch.arange(T), spec) @ _rotate(k, torch.arange(S), spec).mT
    there = (
        _rotate(q, torch.arange(T) + offset, spec) @ _rotate(k, torch.arange(S) + offset, spec).mT
    )
    _close(here, there)


@laws
@given(spec=specs, seed=seeds, offset=offsets)
def test_rotation_keeps_norms(spec: RopeSpec, seed: int, offset: int) -> None:
    x = _draw(seed, B, H, T, D)
    _close(_rotate(x, torch.arange(T) + offset, spec).norm(dim=-1), x.norm(dim=-1))


@laws
@given(spec=specs, seed=seeds, offset=offsets)
def test_negative_positions_undo_a_rotation(spec: RopeSpec, seed: int, offset: int) -> None:
    x, positions = _draw(seed, B, H, T, D), torch.arange(T) + offset
    _close(_rotate(_rotate(x, positions, spec), -positions, spec), x)


@laws
@given(spec=specs, seed=seeds, one=offsets, other=offsets)
def test_rotations_compose_by_adding_positions(
    spec: RopeSpec, seed: int, one: int, other: int
) -> None:
    x, first, second = _draw(seed, B, H, T, D), torch.arange(T) + one, torch.arange(T) * 3 + other
    _close(_rotate(_rotate(x, first, spec), second, spec), _rotate(x, first + second, spec))


@laws
@given(spec=specs, seed=seeds, factor=st.floats(-4.0, 4.0))
def test_rotation_is_linear(spec: RopeSpec, seed: int, factor: float) -> None:
    x, y, positions = _draw(seed, B, H, T, D), _draw(seed + 1, B, H, T, D), torch.arange(T)
    whole = _rotate(x + factor * y, positions, spec)
    _close(whole, _rotate(x, positions, spec) + factor * _rotate(y, positions, spec))


@laws
@given(spec=specs, seed=seeds)
def test_position_zero_does_not_turn(spec: RopeSpec, seed: int) -> None:
    x = _draw(seed, B, H, T, D)
    assert torch.equal(_rotate(x, torch.zeros(T, dtype=torch.int64), spec), x)


@laws
@given(spec=specs, seed=seeds, length=st.integers(1, T - 1))
def test_chunks_of_tokens_turn_as_the_whole(spec: RopeSpec, seed: int, length: int) -> None:
    x, positions = _draw(seed, B, H, T, D), torch.arange(T) + 11
    chunks = (slice(0, length), slice(length, T))
    parts = [_rotate(x[:, :, chunk], positions[chunk], spec) for chunk in chunks]
    _close(torch.cat(parts, 2), _rotate(x, positions, spec))


@laws
@given(spec=specs, seed=seeds)
def test_rotation_commutes_with_permuting_batch_and_heads(spec: RopeSpec, seed: int) -> None:
    x, positions = _draw(seed, B, H, T, D), torch.arange(T)
    turned = _rotate(x.flip(0)[:, [2, 0, 1]], positions, spec)
    _close(turned, _rotate(x, positions, spec).flip(0)[:, [2, 0, 1]])


@pytest.mark.parametrize("pairing", ["halves", "interleaved"])
@given(theta=st.floats(2.0, 1e6), seed=seeds)
@laws
def test_another_theta_gives_another_output(pairing: Pairing, theta: float, seed: int) -> None:
    x, positions = _draw(seed, B, H, T, D), torch.arange(T)
    turned = [
        _rotate(x, positions, RopeSpec(head_dim=D, theta=base, pairing=pairing))
        for base in (theta, theta * 1.5)
    ]
    assert (turned[0] - turned[1])[:, :, 1:].abs().max() > 1e-6
