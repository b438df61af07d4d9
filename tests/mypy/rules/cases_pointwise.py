"""Trials of the rules that combine several tensors entry by entry."""

from collections.abc import Callable, Sequence

import torch
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from drawn import (
    FLOAT32,
    HEADS,
    INT64,
    NAMES,
    Case,
    Trial,
    axis,
    dims,
    fixed,
    number,
    truth,
)
from typed_rope.mypy.dtypes import FLOAT, Dtypes
from typed_rope.mypy.rules import pointwise
from typed_rope.mypy.values import Constant, Dims, Tensor, Value

BFLOAT16: Dtypes = frozenset({"bfloat16"})
FLOAT64: Dtypes = frozenset({"float64"})
INT32: Dtypes = frozenset({"int32"})
BOOL: Dtypes = frozenset({"bool"})
COMPLEX64: Dtypes = frozenset({"complex64"})
ANY_FLOAT = FLOAT - {name for name in FLOAT if "float8" in name}
FLOATS = (FLOAT32, BFLOAT16, FLOAT64, ANY_FLOAT, FLOAT32 | FLOAT64, None)
NUMBERS = (*FLOATS, INT64, INT32)
ALL = (*NUMBERS, BOOL)
WHOLES = (INT64, INT32)
BITS = (*WHOLES, BOOL)
Choice = Sequence[Dtypes | None]


@st.composite
def meeting(draw: st.DrawFn, base: Dims) -> Dims:
    """Draw axes that may meet others: the last of them, some of size 1, at times in disorder."""
    first = draw(st.integers(0, len(base)))
    own = [fixed(1) if draw(st.integers(0, 5)) == 0 else one for one in base[first:]]
    if len(own) > 1 and draw(st.integers(0, 4)) == 0:
        own[-1], own[-2] = own[-2], own[-1]
    if own and draw(st.integers(0, 6)) == 0:
        own[draw(st.integers(0, len(own) - 1))] = axis(draw(st.sampled_from(NAMES)))
    return tuple(own)


@st.composite
def groups(draw: st.DrawFn, count: int, choices: Sequence[Choice]) -> list[Tensor]:
    """Draw tensors whose axes mostly meet."""
    base = draw(dims())
    shapes = [
        base if not place and draw(st.booleans()) else draw(meeting(base)) for place in range(count)
    ]
    return [
        Tensor(shape, draw(st.sampled_from(list(choice))))
        for shape, choice in zip(shapes, choices, strict=True)
    ]


@st.composite
def pairs(
    draw: st.DrawFn, choice: Choice = NUMBERS, *, alike: bool = False, numbers: bool = True
) -> Case:
    first, second = draw(groups(2, (choice, choice)))
    if alike:
        second = Tensor(second.dims, first.dtypes if len(first.dtypes or ()) == 1 else FLOAT32)
        first = Tensor(first.dims, second.dtypes)
    if numbers and draw(st.integers(0, 3)) == 0:
        others: list[Value] = [number(3), number(HEADS), truth(True)]
        if choice is NUMBERS:
            others.append(Constant(0.5))
        return Case((first, draw(st.sampled_from(others))))
    return Case((first, second)) if draw(st.booleans()) else Case((first,), {"other": second})


@st.composite
def in_place(draw: st.DrawFn, choice: Dtypes = FLOAT32) -> Case:
    return Case(tuple(draw(groups(2, ((choice,),) * 2))))


@st.composite
def powers(draw: st.DrawFn) -> Case:
    base, exponent = draw(groups(2, (NUMBERS, NUMBERS)))
    other: Value = exponent if draw(st.booleans()) else Constant(0.5)
    return Case((base, other)) if draw(st.booleans()) else Case((base,), {"exponent": other})


@st.composite
def pairs_of_reals(draw: st.DrawFn) -> Case:
    dtype = draw(st.sampled_from([FLOAT32, FLOAT64]))
    return Case(tuple(draw(groups(2, ((dtype,),) * 2))))


@st.composite
def triples(draw: st.DrawFn, choices: Sequence[Choice] = (FLOATS[:1],) * 3) -> Case:
    return Case(tuple(draw(groups(3, choices))))


@st.composite
def choosing(draw: st.DrawFn) -> Case:
    condition, one, other = draw(groups(3, ((BOOL,), NUMBERS, NUMBERS)))
    if draw(st.integers(0, 4)) == 0:
        return Case((condition, one, Constant(0.5)))
    return Case((condition, one, other))


@st.composite
def masking(draw: st.DrawFn) -> Case:
    x, mask = draw(groups(2, (NUMBERS, (BOOL,))))
    fills: list[Value] = [number(3), truth(True)]
    return Case((x, mask, draw(st.sampled_from(fills))))


@st.composite
def masking_in_place(draw: st.DrawFn) -> Case:
    x, mask = draw(groups(2, (NUMBERS, (BOOL,))))
    return Case((x, mask, number(3)))


@st.composite
def bounding(draw: st.DrawFn) -> Case:
    x, low, high = draw(groups(3, (NUMBERS, NUMBERS, NUMBERS)))
    bounds: list[Value] = [low, high]
    if draw(st.booleans()):
        uppers: list[Value] = [number(5), Constant(0.5), Constant(None)]
        bounds = [number(3), draw(st.sampled_from(uppers))]
    return Case((x,), dict(zip(("min", "max"), bounds, strict=True)))


@st.composite
def bounding_once(draw: st.DrawFn, name: str) -> Case:
    x, low = draw(groups(2, (NUMBERS, NUMBERS)))
    return Case((x, low if draw(st.booleans()) else number(3)))


@st.composite
def joint(draw: st.DrawFn) -> Case:
    return Case(tuple(draw(groups(3, (NUMBERS,) * 3))))


def stays(name: str) -> Callable[..., torch.Tensor]:
    """Do in place what the meta device lets grow: the result must have the axes of the tensor."""

    def form(x: torch.Tensor, *rest: object, **named: object) -> torch.Tensor:
        result: torch.Tensor = getattr(x, name.removesuffix("_"))(*rest, **named)
        if result.shape != x.shape:
            raise RuntimeError
        return result.to(x.dtype)

    return form


def trials(rule: object, trial: Trial, **others: Trial) -> dict[str, Trial]:
    """Give all names of a rule one trial, some of them another."""
    return {name: others.get(name, trial) for name in rule.names}  # type: ignore[attr-defined] # a Rule


def meets(cases: SearchStrategy[Case], form: Callable[..., object] | None = None) -> Trial:
    return Trial(cases, definite=0.6, refused=0.7, lenient=True, form=form)


REAL = meets(pairs(FLOATS, alike=True, numbers=False))
WHOLE = meets(pairs(WHOLES, numbers=False))
BIT_OPERATIONS = (
    "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift", "bitwise_right_shift", "gcd",
    "lcm",
)  # fmt: skip
BITWISE = meets(pairs(BITS, numbers=False))
POINTWISE: dict[str, Trial] = {
    **trials(
        pointwise.promoted,
        meets(pairs()),
        **dict.fromkeys(BIT_OPERATIONS[3:], WHOLE),
        **dict.fromkeys(BIT_OPERATIONS[:3], BITWISE),
        **dict.fromkeys(("hypot", "logaddexp", "logaddexp2", "nextafter"), REAL),
        **dict.fromkeys(("maximum", "minimum", "fmax", "fmin"), meets(pairs(numbers=False))),
    ),
    **trials(
        pointwise.quotient,
        meets(pairs()),
        **dict.fromkeys(("atan2", "arctan2", "copysign"), REAL),
    ),
    **trials(pointwise.div, meets(pairs())),
    "float_power": meets(powers()),
    "pow": Trial(powers(), definite=0.6, refused=0.7, lenient=True),
    **trials(
        pointwise.compared,
        meets(pairs()),
        isclose=REAL,
        **dict.fromkeys(("logical_and", "logical_or", "logical_xor"), meets(pairs(numbers=False))),
    ),
    **{name: meets(in_place(), stays(name)) for name in pointwise.combined_in_place.names},
    **{f"{name}_": meets(in_place(INT64), stays(name)) for name in BIT_OPERATIONS},
    "masked_fill_": meets(masking_in_place(), stays("masked_fill")),
    "copy_": meets(in_place(), stays("add")),
    "where": meets(choosing(), torch.where),
    "masked_fill": meets(masking()),
    "broadcast_tensors": meets(joint()),
    **trials(pointwise.clamp, meets(bounding())),
    "clamp_min": meets(bounding_once("min")),
    "clamp_max": meets(bounding_once("max")),
    **{name: meets(in_place(), stays(name)) for name in pointwise.clamp_in_place.names},
    **trials(pointwise.three_operands, meets(triples())),
    **{name: meets(triples(), stays(name)) for name in pointwise.three_operands_in_place.names},
}
