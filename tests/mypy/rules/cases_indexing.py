"""Trials of the rules that take entries: by keys, by indices, by parts of an axis."""

from typing import Any

import torch
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from drawn import (
    FLOAT32,
    GROUPS,
    HEADS,
    INT64,
    Case,
    Trial,
    axis,
    dims,
    fixed,
    number,
    numbers,
    places,
    tensor,
    tensors,
    truth,
)
from typed_rope.mypy.dtypes import BOOL
from typed_rope.mypy.values import (
    NONE,
    Axis,
    Constant,
    Cut,
    Dims,
    Items,
    Many,
    Tensor,
    Value,
    Whole,
)
from typed_rope.shapes import Size

ELLIPSIS = Constant(...)
IDS = [(), ("m",), ("m", "s"), ("b",)]


@st.composite
def cuts(draw: st.DrawFn, one: Axis | Many) -> Cut:
    """Draw a slice that fits an axis, more or less."""
    own = one.size if isinstance(one, Axis) else None
    ends: list[Value | None] = [None, None, number(0), number(1), number(3), number(-1), number(-2)]
    ends += [Whole(HEADS), NONE]
    if own is not None:
        ends += [Whole(own), Whole(own - 1), Whole(-own)]
        ends += [Whole(half) for half in (own / 2, own / 4) if half and str(own) in ("d", "c")]
        ends += [Whole(Size.symbol(s)) for s in sorted(own.symbols()) if not s.startswith("?")]
    if str(own) in ("d", "c") and draw(st.integers(0, 3)) == 0:
        return Cut(draw(st.sampled_from([None, number(0), number(1)])), None, number(2))
    return Cut(draw(st.sampled_from(ends)), draw(st.sampled_from(ends)), None)


@st.composite
def parts(draw: st.DrawFn, rest: list[Axis | Many]) -> tuple[Value, int]:
    """Draw a part of a key for the first of some axes, and how many axes it is for."""
    one = rest[0]
    kind = draw(st.integers(0, 11))
    if kind < 4 or isinstance(one, Many):
        return Cut(None, None, None), 1
    if kind < 7:
        return draw(cuts(one)), 1
    if kind == 7:
        return NONE, 0
    if kind == 8:
        return number(draw(st.integers(-1, 1))), 1
    if kind == 9:
        return numbers(0, 0, 0), 1
    if kind == 10:
        return tensor(*draw(st.sampled_from(IDS)), dtypes=INT64), 1
    count = draw(st.integers(1, 2))
    axes = tuple(one for one in rest[:count] if isinstance(one, Axis))
    if draw(st.integers(0, 5)) == 0:
        axes = (axis("s"),)
    return Tensor(axes, BOOL), len(axes)


@st.composite
def keys(draw: st.DrawFn) -> Case:
    x = draw(tensors(1))
    shape = list(x.dims or ())
    stop = draw(st.integers(0, len(shape)))
    key = draw(several(shape[:stop]))
    if draw(st.booleans()):
        key += [ELLIPSIS, *draw(several(shape[draw(st.integers(stop, len(shape))) :]))]
    if draw(st.integers(0, 11)) == 0:
        key += [Cut(None, None, None)] * 2
    if len(key) == 1 and not isinstance(key[0], Items):
        return Case((x, key[0]))
    return Case((x, Items(tuple(key))))


@st.composite
def several(draw: st.DrawFn, rest: list[Axis | Many]) -> list[Value]:
    key: list[Value] = []
    while rest:
        part, count = draw(parts(rest))
        key.append(part)
        rest = rest[count:]
    return key


def look_up(x: Any, key: Any) -> Any:
    return x[tuple(key) if isinstance(key, list) else key]


@st.composite
def index_along(draw: st.DrawFn, indices: SearchStrategy[Dims] | None = None) -> Case:
    """Draw a tensor, a place, and integer indices for it."""
    x = draw(tensors(1))
    found = draw(indices) if indices is not None else draw(dims(0, 2, many=False))
    return Case((x, number(draw(places(x.dims or ()))), Tensor(found, INT64)))


@st.composite
def gathers(draw: st.DrawFn) -> Case:
    x = draw(tensors(1))
    shape = list(x.dims or ())
    at = draw(places(tuple(shape), wrong=False))
    shape[at] = axis("m")
    if draw(st.integers(0, 7)) == 0:
        shape.pop()
    return Case((x, number(at), Tensor(tuple(shape), INT64)))


@st.composite
def gathers_broadcast(draw: st.DrawFn) -> Case:
    case = draw(gathers())
    x, at, index = case.positional
    if draw(st.integers(0, 3)) == 0:
        return Case((x, index))
    if isinstance(index, Tensor) and index.dims and draw(st.booleans()):
        index = index.shaped(tuple(fixed(1) if draw(st.booleans()) else d for d in index.dims))
    return Case((x, index), {"dim": at})


@st.composite
def writes(draw: st.DrawFn) -> Case:
    """Draw what is written where an index says."""
    case = draw(gathers())
    _, _, index = case.positional
    assert isinstance(index, Tensor)
    return Case((*case.positional, index.shaped(index.dims).__class__(index.dims, FLOAT32)))


@st.composite
def fills(draw: st.DrawFn) -> Case:
    x = draw(tensors(1))
    at = number(draw(places(x.dims or ())))
    return Case((x, at, tensor("m", dtypes=INT64), Constant(0.5)))


@st.composite
def rows(draw: st.DrawFn) -> Case:
    x = draw(tensors(1, many=False))
    shape = list(x.dims or ())
    at = draw(places(tuple(shape), wrong=False))
    shape[at] = axis("m")
    source = Tensor(tuple(shape), FLOAT32)
    return Case((x, number(at), tensor("m", dtypes=INT64), source))


@st.composite
def selects(draw: st.DrawFn) -> Case:
    x = draw(tensors(1))
    index = draw(st.sampled_from([number(0), number(-1), number(9), Whole(HEADS)]))
    return Case((x, number(draw(places(x.dims or ()))), index))


@st.composite
def narrows(draw: st.DrawFn) -> Case:
    x = draw(tensors(1))
    lengths = [number(1), number(2), Whole(HEADS), Whole(GROUPS, "g")]
    at = draw(places(x.dims or ()))
    found = (x.dims or ())[at] if -len(x.dims or ()) <= at < len(x.dims or ()) else Many()
    if isinstance(found, Axis):
        lengths.append(Whole(found.size, found.label))
    return Case((x, number(at), number(0), draw(st.sampled_from(lengths))))


@st.composite
def masks(draw: st.DrawFn) -> Case:
    x = draw(tensors())
    shape = x.dims or ()
    start = draw(st.integers(0, len(shape)))
    return Case((x, Tensor(shape[start:], BOOL)))


@st.composite
def alone(draw: st.DrawFn) -> Case:
    x = draw(tensors())
    return Case((x,), {"as_tuple": truth(True)} if draw(st.booleans()) else {})


@st.composite
def diagonals(draw: st.DrawFn) -> Case:
    shape = list(draw(dims(1, 3)))
    shape.insert(draw(st.integers(0, len(shape))), shape[0])
    if draw(st.booleans()):
        return Case((Tensor(tuple(shape), FLOAT32),), {"offset": number(draw(st.integers(-1, 1)))})
    chosen = [number(draw(places(tuple(shape)))) for _ in "st"]
    return Case((Tensor(tuple(shape), FLOAT32), number(0), *chosen))


@st.composite
def windows(draw: st.DrawFn) -> Case:
    x = draw(tensors(1))
    at = draw(places(x.dims or ()))
    size = draw(st.sampled_from([1, 2, 4]))
    divided = -len(x.dims or ()) <= at < len(x.dims or ()) and str((x.dims or ())[at]) in "dc"
    step = draw(st.sampled_from([1, size])) if divided else 1
    return Case((x, number(at), number(size), number(step)))


@st.composite
def taken(draw: st.DrawFn) -> Case:
    return Case((draw(tensors(1)), Tensor(draw(dims(0, 2)), INT64)))


INDEXING: dict[str, Trial] = {
    "__getitem__": Trial(keys(), 0.3, 0.3, form=look_up, lenient=True, device="cpu"),
    "select": Trial(selects(), 0.6, lenient=True),
    "narrow": Trial(narrows(), 0.6, lenient=True),
    "index_select": Trial(index_along(), 0.6, 0.6, device="cpu"),
    "gather": Trial(gathers(), 0.6, 0.6, lenient=True),
    "take_along_dim": Trial(gathers_broadcast(), 0.6, lenient=True),
    "take": Trial(taken(), 0.6),
    "masked_select": Trial(masks(), 0.0, device="cpu"),
    "nonzero": Trial(alone(), 0.0, device="cpu"),
    "argwhere": Trial(st.builds(lambda x: Case((x,)), tensors()), 0.0, device="cpu"),
    **dict.fromkeys(
        ("scatter", "scatter_add", "scatter_", "scatter_add_"), Trial(writes(), 0.6, lenient=True)
    ),
    **dict.fromkeys(
        ("scatter_reduce", "scatter_reduce_"),
        Trial(
            writes().map(lambda case: Case((*case.positional, Constant("sum")))), 0.6, lenient=True
        ),
    ),
    **dict.fromkeys(("index_fill", "index_fill_"), Trial(fills(), 0.6)),
    **dict.fromkeys(
        ("index_add", "index_copy", "index_add_", "index_copy_"), Trial(rows(), 0.6, lenient=True)
    ),
    **dict.fromkeys(
        ("index_reduce", "index_reduce_"),
        Trial(
            rows().map(lambda case: Case((*case.positional, Constant("mean")))), 0.6, lenient=True
        ),
    ),
    "diagonal": Trial(diagonals(), 0.4),
    "diag_embed": Trial(
        st.builds(lambda x, k: Case((x, number(k))), tensors(1), st.integers(-1, 1)), 0.2
    ),
    "unfold": Trial(windows(), 0.5, lenient=True, form=torch.Tensor.unfold),
}
