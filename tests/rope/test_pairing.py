from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from typed_rope.layout import repeat_kv, split_heads
from typed_rope.rope.pairing import halves_to_interleaved, interleaved_to_halves
from typed_rope.rope.rotate import apply_rope
from typed_rope.rope.spec import RopeSpec
from typed_rope.rope.table import rope_table

B, H, G, T, D, C = 2, 6, 3, 5, 8, 11
even = st.integers(1, 6).map(lambda half: 2 * half)


def _rows(*shape: int) -> Tensor:
    return torch.arange(torch.Size(shape).numel(), dtype=torch.float64).reshape(shape)


def test_halves_to_interleaved_brings_each_pair_together() -> None:
    two_heads = torch.tensor([0.0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15])
    expected = torch.tensor([0.0, 3, 1, 4, 2, 5, 10, 13, 11, 14, 12, 15])
    assert torch.equal(halves_to_interleaved(two_heads, heads=2), expected)


def test_interleaved_to_halves_takes_each_pair_apart() -> None:
    two_heads = torch.tensor([0.0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15])
    expected = torch.tensor([0.0, 2, 4, 1, 3, 5, 10, 12, 14, 11, 13, 15])
    assert torch.equal(interleaved_to_halves(two_heads, heads=2), expected)


def test_rows_beyond_the_rotated_dims_stay() -> None:
    two_heads = torch.tensor([0.0, 1, 2, 3, 4, 10, 11, 12, 13, 14])
    expected = torch.tensor([0.0, 2, 1, 3, 4, 10, 12, 11, 13, 14])
    assert torch.equal(halves_to_interleaved(two_heads, heads=2, rotary_dim=4), expected)


@settings(deadline=None)
@given(heads=st.integers(1, 5), head_dim=even, columns=st.integers(0, 3), data=st.data())
def test_conversions_undo_each_other_without_loss(
    heads: int, head_dim: int, columns: int, data: st.DataObject
) -> None:
    rotary_dim = data.draw(st.one_of(st.none(), st.integers(1, head_dim // 2).map(lambda i: 2 * i)))
    shape = (heads * head_dim, columns) if columns else (heads * head_dim,)
    weight = _rows(*shape)
    there = halves_to_interleaved(weight, heads=heads, rotary_dim=rotary_dim)
    assert torch.equal(interleaved_to_halves(there, heads=heads, rotary_dim=rotary_dim), weight)
    back = interleaved_to_halves(weight, heads=heads, rotary_dim=rotary_dim)
    assert torch.equal(halves_to_interleaved(back, heads=heads, rotary_dim=rotary_dim), weight)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32], ids=str)
def test_conversion_keeps_every_bit(dtype: torch.dtype) -> None:
    weight = torch.randn(H * D, C, generator=torch.Generator().manual_seed(3)).to(dtype)
    converted = halves_to_interleaved(weight, heads=H)
    assert converted.dtype == dtype
    assert torch.equal(converted.sort(0).values, weight.sort(0).values)
    assert torch.equal(interleaved_to_halves(converted, heads=H), weight)


def _scores(x: Tensor, q: list[Tensor], k: list[Tensor], spec: RopeSpec) -> Tensor:
    """Score by grouped queries; q and k hold a weight and a bias each."""
    tables = rope_table(spec, torch.arange(T) + 3, dtype=torch.float64)
    queries = split_heads(torch.nn.functional.linear(x, *q), H)
    keys = split_heads(torch.nn.functional.linear(x, *k), G)
    keys = repeat_kv(apply_rope(keys, *tables, spec), H // G)
    return apply_rope(queries, *tables, spec) @ keys.mT


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**31), rotary_dim=st.sampled_from([2, 4, 6, 8]))
def test_converted_projections_give_the_same_scores_with_grouped_queries(
    seed: int, rotary_dim: int
) -> None:
    draw = torch.Generator().manual_seed(seed)
    shapes = [(B, T, C), (H * D, C), (H * D,), (G * D, C), (G * D,)]
    x, *params = (torch.randn(*shape, dtype=torch.float64, generator=draw) for shape in shapes)
    converted = [
        interleaved_to_halves(param, heads=heads, rotary_dim=rotary_dim)
        for param, heads in zip(params, (H, H, G, G), strict=True)
    ]
    interleaved, halves = (
        RopeSpec(head_dim=D, rotary_dim=rotary_dim, pairing=pairing)
        for pairing in ("interleaved", "halves")
    )
    expected = _scores(x, params[:2], params[2:], interleaved)
    torch.testing.assert_close(_scores(x, converted[:2], converted[2:], halves), expected)
    unconverted = _scores(x, params[:2], params[2:], halves)
    assert rotary_dim == 2 or (unconverted - expected).abs().max() > 1e-6


@pytest.mark.parametrize("convert", [halves_to_interleaved, interleaved_to_halves])
@pytest.mark.parametrize("heads", [0, 5])
def test_conversion_refuses_heads_that_do_not_divide_the_rows(
    convert: Callable[..., Tensor], heads: int
) -> None:
    with pytest.raises(ValueError, match="heads") as error:
        convert(_rows(24, C), heads=heads)
    name = convert.__name__
    assert str(error.value) == f"{name}: heads must divide the rows, got heads={heads}, rows=24."


@pytest.mark.parametrize(("rotary_dim", "heads", "told"), [(None, 8, 3), (5, 4, 5), (8, 4, 8)])
def test_conversion_refuses_dims_that_make_no_pairs(
    rotary_dim: int | None, heads: int, told: int
) -> None:
    with pytest.raises(ValueError, match="rotated dims") as error:
        halves_to_interleaved(_rows(24, C), heads=heads, rotary_dim=rotary_dim)
    assert str(error.value) == (
        "halves_to_interleaved: the rotated dims must be even, at least 2 and at most the head "
        f"dim, got rotary_dim={told}, head dim {24 // heads} (24 rows in {heads} heads)."
    )
