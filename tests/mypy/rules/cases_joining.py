"""Trials of the rules that make one tensor of several."""

from typing import Any

import torch
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from drawn import FLOAT32, HEADS, Case, Trial, axis, dims, fixed, number, places, tensors
from typed_rope.mypy.values import Axis, Constant, Dims, Items, Tensor, Value, Whole


@st.composite
def altered(draw: st.DrawFn, shape: Dims, at: int) -> Tensor:
    """Draw a tensor of the same axes but one, rarely but two."""
    changed = list(shape)
    if shape and -len(shape) <= at < len(shape) and isinstance(shape[at], Axis):
        changed[at] = draw(st.sampled_from([shape[at], axis("s"), fixed(1), Axis(HEADS)]))
    if shape and draw(st.integers(0, 5)) == 0:
        changed[draw(st.integers(0, len(shape) - 1))] = axis(draw(st.sampled_from("bht")))
    if shape and draw(st.integers(0, 11)) == 0:
        changed.pop()
    return Tensor(tuple(changed), FLOAT32)


@st.composite
def joined(draw: st.DrawFn) -> Case:
    shape = draw(dims(1))
    at = draw(places(shape))
    count = draw(st.integers(1, 3))
    parts: list[Value] = [Tensor(shape, FLOAT32)]
    parts += [draw(altered(shape, at)) for _ in range(count - 1)]
    if draw(st.integers(0, 9)) == 0:
        parts.insert(0, Tensor((fixed(0),), FLOAT32))
    return Case((Items(tuple(parts)),), {} if at == 0 else {"dim": number(at)})


@st.composite
def stacked(draw: st.DrawFn) -> Case:
    shape = draw(dims())
    parts = [Tensor(shape, FLOAT32)] * draw(st.integers(1, 3))
    if draw(st.integers(0, 3)) == 0:
        parts.append(draw(altered(shape, 99)))
    return Case((Items(tuple(parts)), number(draw(places(shape, more=1)))))


@st.composite
def side_by_side(draw: st.DrawFn, at: int) -> Case:
    shape = draw(dims(0, 4, many=False))
    place = 0 if len(shape) < 2 else at
    parts = [Tensor(shape, FLOAT32), draw(altered(shape, min(place, len(shape) - 1)))]
    return Case((Items(tuple(parts)),))


@st.composite
def several(draw: st.DrawFn, least: int = 0, most: int = 2) -> Case:
    count = draw(st.integers(1, 3))
    return Case(tuple(draw(tensors(least, most, many=False)) for _ in range(count)))


@st.composite
def grids(draw: st.DrawFn) -> Case:
    case = draw(several(0, 1))
    order = draw(st.sampled_from([None, "ij", "xy"]))
    return Case(case.positional, {} if order is None else {"indexing": Constant(order)})


@st.composite
def padded(draw: st.DrawFn) -> Case:
    x = draw(tensors(1))
    count = 2 * draw(st.integers(1, len(x.dims or ()))) + (draw(st.integers(0, 9)) == 0)
    amounts = [number(0), number(1), number(3), Whole(HEADS)]
    return Case((x, Items(tuple(draw(st.sampled_from(amounts)) for _ in range(count)))))


def grid(*tensors: torch.Tensor, **options: Any) -> Any:
    return torch.meshgrid(*tensors, **options)


def vectors(case: SearchStrategy[Case]) -> SearchStrategy[Case]:
    return case.filter(lambda one: all(isinstance(x, Tensor) and x.dims for x in one.positional))


CAT = Trial(joined(), 0.6, 0.8, lenient=True)
JOINING: dict[str, Trial] = {
    **dict.fromkeys(("cat", "concat", "concatenate"), CAT),
    "stack": Trial(stacked(), 0.6, 0.6, lenient=True),
    "hstack": Trial(side_by_side(1), 0.6, 0.2, lenient=True),
    **dict.fromkeys(("vstack", "row_stack"), Trial(side_by_side(0), 0.5, 0.2, lenient=True)),
    "dstack": Trial(side_by_side(2), 0.5, 0.2, lenient=True),
    "column_stack": Trial(side_by_side(1), 0.5, 0.2, lenient=True),
    "block_diag": Trial(several(), 0.6),
    "meshgrid": Trial(grids(), 0.6, form=grid),
    "cartesian_prod": Trial(vectors(several(1, 1)), 0.6, lenient=True),
    "pad": Trial(padded(), 0.6),
    "constant_pad_nd": Trial(padded(), 0.6),
}
