"""Trials of the rules that cut a tensor into several."""

from hypothesis import strategies as st

from drawn import FLOAT32, HEADS, Case, Trial, axis, dims, fixed, number, numbers, places
from typed_rope.mypy.values import Axis, Items, Many, Tensor, Value, Whole
from typed_rope.shapes import Size


@st.composite
def cut_axes(draw: st.DrawFn) -> tuple[Tensor, int, Axis | Many]:
    """Draw a tensor, a place, and its axis there: often a multiple of another."""
    shape = list(draw(dims(1)))
    at = draw(st.integers(0, len(shape) - 1))
    if draw(st.booleans()):
        d = Size.symbol("d")
        choices = [
            Axis(d * 3),
            Axis(d),
            Axis(d * 2),
            fixed(6),
            fixed(7),
            Axis(HEADS * 2),
            axis("c"),
        ]
        shape[at] = draw(st.sampled_from(choices))
    if draw(st.booleans()) and not any(isinstance(one, Many) for one in shape):
        return Tensor(tuple(shape), FLOAT32), at - len(shape), shape[at]
    return Tensor(tuple(shape), FLOAT32), at, shape[at]


@st.composite
def chunked(draw: st.DrawFn) -> Case:
    x, at, _ = draw(cut_axes())
    count: Value = number(draw(st.sampled_from([1, 2, 3, 4])))
    at = draw(places(x.dims or ())) if draw(st.integers(0, 7)) == 0 else at
    if str(_size(x, at)) not in ("3*d", "d", "2*d", "c", "6", "7"):
        count = number(1)
    if str(_size(x, at)) in ("c", "6") and draw(st.booleans()):
        count = Whole(HEADS)
    if str(_size(x, at)) == "3*d":
        count = number(3)
    if str(_size(x, at)) in ("d", "2*d"):
        count = number(2)
    return Case((x, count), {"dim": number(at)})


def _size(x: Tensor, at: int) -> Size | None:
    shape = x.dims or ()
    one = shape[at] if -len(shape) <= at < len(shape) else None
    return one.size if isinstance(one, Axis) else None


@st.composite
def split(draw: st.DrawFn) -> Case:
    x, at, one = draw(cut_axes())
    own = one.size if isinstance(one, Axis) and one.size is not None else Size.of(2)
    d = Size.symbol("d")
    sizes: list[Value] = [Whole(own), number(2), Whole(d, "d"), Whole(HEADS)]
    sizes.append(Items((Whole(own - d), Whole(d, "d"))))
    sizes.append(Items((number(1), Whole(own - 1))))
    sizes.append(Items((Whole(HEADS), Whole(own))))
    return Case((x, draw(st.sampled_from(sizes)), number(at)))


@st.composite
def given_sizes(draw: st.DrawFn) -> Case:
    case = draw(split())
    x, sizes, at = case.positional
    return Case((x, sizes if isinstance(sizes, Items) else Items((sizes,)), at))


@st.composite
def cut_at(draw: st.DrawFn) -> Case:
    x, at, one = draw(cut_axes())
    if str(one) in ("d", "2*d", "6", "7"):
        return Case((x, number(2)), {"dim": number(at)})
    return Case((x, numbers(1, 3)), {"dim": number(at)})


@st.composite
def unbound(draw: st.DrawFn) -> Case:
    x, at, _ = draw(cut_axes())
    return Case((x,) if at == 0 else (x, number(at)))


SPLITTING: dict[str, Trial] = {
    "unbind": Trial(unbound(), 0.6),
    "chunk": Trial(chunked(), 0.6, 0.9, lenient=True),
    "split": Trial(split(), 0.4, lenient=True),
    "split_with_sizes": Trial(given_sizes(), 0.4, lenient=True),
    "tensor_split": Trial(cut_at(), 0.15, lenient=True),
}
