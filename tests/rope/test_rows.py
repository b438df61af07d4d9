"""Tables that do not belong to `x` are refused, each by itself and in both of their forms."""

from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch import Tensor

from typed_rope.checking import ShapeError
from typed_rope.rope.rotate import (
    apply_rope,
    rotate_halves,
    rotate_halves_partial,
    rotate_interleaved,
    rotate_interleaved_partial,
)
from typed_rope.rope.spec import RopeSpec

B, H, T, D, R = 2, 3, 5, 14, 8
Rotate = Callable[[Tensor, Tensor, Tensor], Tensor]


def _by_spec(rotary_dim: int) -> Rotate:
    spec = RopeSpec(head_dim=D, rotary_dim=rotary_dim)
    return lambda x, cos, sin: apply_rope(x, cos, sin, spec)


WAYS: dict[str, tuple[Rotate, int]] = {
    "halves": (rotate_halves, D),
    "interleaved": (rotate_interleaved, D),
    "halves partial": (partial(rotate_halves_partial, rotary_dim=R), R),
    "interleaved partial": (partial(rotate_interleaved_partial, rotary_dim=R), R),
    "spec": (_by_spec(D), D),
    "spec partial": (_by_spec(R), R),
}
ways = pytest.mark.parametrize(("rotate", "rotated"), WAYS.values(), ids=list(WAYS))


def _table(batch: tuple[int, ...], rows: int, width: int) -> Tensor:
    return torch.ones(*batch, rows, width)


@ways
@pytest.mark.parametrize("batch", [(), (B,)], ids=["t", "b t"])
@pytest.mark.parametrize("wrong", ["cos", "sin", "both"])
@pytest.mark.parametrize("rows_and_width", [(1, 0), (T + 1, 0), (T, 1), (T, -1)], ids=str)
def test_tables_of_other_rows_or_width_are_refused(
    rotate: Rotate,
    rotated: int,
    batch: tuple[int, ...],
    wrong: str,
    rows_and_width: tuple[int, int],
) -> None:
    rows, wider = rows_and_width
    good = _table(batch, T, rotated // 2)
    bad = _table(batch, rows, 1 if wider < 0 else rotated // 2 + wider)
    cos, sin = (bad if wrong in (name, "both") else good for name in ("cos", "sin"))
    with pytest.raises(ShapeError):
        rotate(torch.ones(B, H, T, D), cos, sin)


@ways
@pytest.mark.parametrize("wrong", ["cos", "sin", "both"])
def test_tables_of_one_sequence_serve_no_batch(rotate: Rotate, rotated: int, wrong: str) -> None:
    good, bad = _table((B,), T, rotated // 2), _table((1,), T, rotated // 2)
    cos, sin = (bad if wrong in (name, "both") else good for name in ("cos", "sin"))
    with pytest.raises(ShapeError):
        rotate(torch.ones(B, H, T, D), cos, sin)


@ways
def test_a_table_without_a_batch_may_meet_one_with_it(rotate: Rotate, rotated: int) -> None:
    x = torch.randn(B, H, T, D)
    one, each = _table((), T, rotated // 2), _table((B,), T, rotated // 2)
    assert torch.equal(rotate(x, one, each), rotate(x, one, one))


@ways
@pytest.mark.parametrize("shape", [(B, T, D), (B, H, T, D, 4)], ids=str)
def test_x_without_four_axes_is_refused(
    rotate: Rotate, rotated: int, shape: tuple[int, ...]
) -> None:
    table = _table((), T, rotated // 2)
    with pytest.raises(ShapeError):
        rotate(torch.ones(shape), table, table)
