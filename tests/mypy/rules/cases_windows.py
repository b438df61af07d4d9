"""Trials of the rules that look at neighbours: convolutions, pools, resolutions."""

import torch.nn.functional as F
from hypothesis import strategies as st

from drawn import FLOAT32, Case, Trial, axis, fixed, number, numbers, plain_dims
from typed_rope.mypy.values import NONE, Axis, Constant, Dims, Tensor, Value
from typed_rope.shapes import Size


def _tensor(shape: Dims) -> Tensor:
    return Tensor(shape, FLOAT32)


def one_of(*values: Value) -> st.SearchStrategy[Value]:
    return st.sampled_from(values)


@st.composite
def spatial(draw: st.DrawFn, count: int) -> tuple[Axis, ...]:
    axes = [one for one in draw(plain_dims(count, count)) if isinstance(one, Axis)]
    kinds = [fixed(8), fixed(11), Axis(None), Axis(Size.symbol("t") * 2)]
    return tuple(
        draw(st.sampled_from(kinds)) if draw(st.integers(0, 4)) == 0 else one for one in axes
    )


@st.composite
def convolutions(draw: st.DrawFn, count: int) -> Case:
    *before, features = draw(spatial(3))
    places = draw(spatial(count))
    x = (*before, *places)
    channels = before[1] if draw(st.integers(0, 3)) else axis("m")
    kernel = tuple(fixed(draw(st.integers(1, 3))) for _ in places)
    named: dict[str, Value] = {}
    if draw(st.booleans()):
        named["padding"] = draw(one_of(Constant("same"), number(1), Constant("valid")))
    if draw(st.booleans()) and named.get("padding") != Constant("same"):
        several = numbers(*range(1, count + 1))
        named["stride"] = draw(one_of(number(2), number(1), several))
    if draw(st.integers(0, 3)) == 0:
        named["dilation"] = number(2)
    x = x if draw(st.booleans()) else x[1:]
    return Case((_tensor(x), _tensor((features, channels, *kernel))), named)


@st.composite
def pools(draw: st.DrawFn, count: int, *, dilation: bool) -> Case:
    x = (*draw(spatial(draw(st.integers(1, 2)))), *draw(spatial(count)))
    kernel = draw(one_of(number(2), number(3), numbers(*range(2, count + 2))))
    named: dict[str, Value] = {}
    if draw(st.booleans()):
        named["stride"] = draw(st.sampled_from([number(1), number(2)]))
    if draw(st.integers(0, 2)) == 0:
        named["padding"] = number(1)
    if draw(st.integers(0, 3)) == 0:
        named["ceil_mode"] = Constant(draw(st.booleans()))
    if dilation and draw(st.integers(0, 3)) == 0:
        named["dilation"] = number(2)
    return Case((_tensor(x), kernel), named)


@st.composite
def adapting(draw: st.DrawFn, count: int) -> Case:
    x = (*draw(spatial(2)), *draw(spatial(count)))
    return Case((_tensor(x), draw(one_of(number(3), numbers(*range(2, count + 2))))))


@st.composite
def resolutions(draw: st.DrawFn) -> Case:
    count = draw(st.integers(1, 3))
    x = (*draw(spatial(2)), *draw(spatial(count)))
    if draw(st.booleans()):
        return Case((_tensor(x), numbers(*range(3, count + 3))))
    return Case((_tensor(x), NONE, number(2)))


@st.composite
def shuffles(draw: st.DrawFn, *, back: bool) -> Case:
    b, c, h, w = draw(spatial(4))
    factor = draw(st.sampled_from([2, 3]))
    if not back and c.size is not None and draw(st.booleans()):
        c = Axis(c.size * factor * factor)
    if back and draw(st.booleans()):
        h, w = (Axis(None if one.size is None else one.size * factor) for one in (h, w))
    return Case((_tensor((b, c, h, w)), number(factor)))


def tried(cases: st.SearchStrategy[Case], name: str, definite: float) -> Trial:
    # Whether a window fits, and divides, is for the sizes to say.
    form = getattr(F, name)
    return Trial(cases, definite=definite, lenient=True, form=form, labelled=False)


WINDOWS: dict[str, Trial] = {
    **{f"conv{n}d": tried(convolutions(n), f"conv{n}d", 0.1) for n in (1, 2, 3)},
    **{f"max_pool{n}d": tried(pools(n, dilation=True), f"max_pool{n}d", 0.02) for n in (1, 2, 3)},
    **{f"avg_pool{n}d": tried(pools(n, dilation=False), f"avg_pool{n}d", 0.02) for n in (1, 2, 3)},
    **{
        name: tried(adapting(n), name, 0.6)
        for n in (1, 2, 3)
        for name in (f"adaptive_avg_pool{n}d", f"adaptive_max_pool{n}d")
    },
    **dict.fromkeys(("interpolate", "upsample"), tried(resolutions(), "interpolate", 0.6)),
    "pixel_shuffle": tried(shuffles(back=False), "pixel_shuffle", 0.4),
    "pixel_unshuffle": tried(shuffles(back=True), "pixel_unshuffle", 0.3),
}
