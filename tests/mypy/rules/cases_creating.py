"""Trials of the rules that make tensors of sizes and numbers."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from drawn import (
    HEADS,
    INT64,
    Case,
    Trial,
    dims,
    families,
    number,
    tensors,
)
from typed_rope.mypy.values import (
    Axis,
    Constant,
    DtypeName,
    Items,
    Rest,
    Tensor,
    Value,
    Whole,
)
from typed_rope.shapes import Size

META: dict[str, Value] = {"device": Constant("meta")}
HALF = DtypeName(frozenset({"bfloat16"}))
D, T = Size.symbol("d"), Size.symbol("t")


@st.composite
def some_sizes(draw: st.DrawFn) -> Items:
    """Draw sizes, as values that are known."""
    shape = draw(dims(0, 4, many=False))
    known = [one for one in shape if isinstance(one, Axis) and one.size is not None]
    return Items(tuple(Whole(one.size, one.label) for one in known))


@st.composite
def options(draw: st.DrawFn) -> dict[str, Value]:
    return {**META, "dtype": HALF} if draw(st.booleans()) else dict(META)


@st.composite
def sizes_alone(draw: st.DrawFn) -> Case:
    sizes, named = draw(some_sizes()), draw(options())
    kind = draw(st.integers(0, 2))
    if kind == 0:
        return Case((), {**named, "size": sizes})
    values = [value for value in sizes.values if not isinstance(value, Rest)]
    return Case((sizes,) if kind == 1 or not values else tuple(values), named)


@st.composite
def sizes_and(draw: st.DrawFn, *rest: Value, before: bool = False) -> Case:
    """Draw sizes, and what is given with them."""
    sizes = draw(some_sizes())
    chosen = draw(st.sampled_from(rest))
    return Case((chosen, sizes) if before else (sizes, chosen), draw(options()))


@st.composite
def whole_numbers(draw: st.DrawFn) -> Case:
    high = draw(st.sampled_from([number(9), Whole(HEADS)]))
    sizes = draw(some_sizes())
    return Case((number(0), high, sizes) if draw(st.booleans()) else (high, sizes), draw(options()))


COUNTED: list[tuple[Value, ...]] = [
    (number(7),),
    (Whole(T, "t"),),
    (Whole(T + 1),),
    (number(0), Whole(T, "t")),
    (number(2), Whole(T)),
    (number(-2), Whole(T)),
    (Whole(T), Whole(T + D)),
    (Whole(T), Whole(T + 3)),
    (number(0), Whole(D, "d"), number(2)),
    (number(0), number(9), number(2)),
    (number(9), number(0), number(-2)),
    (Constant(0.0), Constant(1.0), Constant(0.25)),
    (number(0), Whole(D), Constant(0.5)),
    (Whole(-T), Whole(T)),
]


def given(choices: list[tuple[Value, ...]]) -> SearchStrategy[Case]:
    return st.builds(Case, st.sampled_from(choices), options())


@st.composite
def likenesses(draw: st.DrawFn, *numbers: Value) -> Case:
    x = draw(tensors(dtypes=draw(families())))
    return Case((x, *numbers), draw(options()))


@st.composite
def new(draw: st.DrawFn, *numbers: Value) -> Case:
    x, sizes = draw(tensors(dtypes=draw(families()))), draw(some_sizes())
    values = [value for value in sizes.values if not isinstance(value, Rest)]
    if numbers or not values or draw(st.booleans()):
        return Case((x, sizes, *numbers))
    return Case((x, *values))


SCALARS: list[Value] = [number(3), Whole(T), Constant(0.5), Constant(True)]


@st.composite
def literals(draw: st.DrawFn, depth: int = 2) -> Value:
    if not depth or draw(st.integers(0, 3)) == 0:
        scalar: Value = draw(st.sampled_from(SCALARS))
        return scalar
    first = draw(literals(depth - 1))
    rows: list[Value] = [first for _ in range(draw(st.integers(0, 3)))]
    if draw(st.integers(0, 4)) == 0:
        rows.append(draw(literals(depth - 1)))
    return Items(tuple(rows))


@st.composite
def data(draw: st.DrawFn, x: SearchStrategy[Tensor] | None = None) -> Case:
    found = draw(literals())
    if x is not None:
        return Case((draw(x), found))
    return Case((found,), {"dtype": HALF} if draw(st.booleans()) else {})


@st.composite
def one_hots(draw: st.DrawFn) -> Case:
    ids = draw(tensors(dtypes=INT64))
    classes: list[Value] = [number(9), Whole(HEADS), Whole(Size.symbol("c"), "c")]
    if draw(st.booleans()):
        return Case((ids, draw(st.sampled_from(classes))))
    return Case((ids,), {"num_classes": draw(st.sampled_from(classes))})


LENGTHS: list[tuple[Value, ...]] = [(number(7),), (Whole(T, "t"),), (Whole(HEADS),)]
CREATING: dict[str, Trial] = {
    **dict.fromkeys(("zeros", "ones", "empty", "rand", "randn"), Trial(sizes_alone(), 0.9)),
    "full": Trial(sizes_and(number(3), Constant(0.5), Constant(True)), 0.9),
    "randint": Trial(whole_numbers(), 0.9),
    "arange": Trial(given(COUNTED), 0.6),
    **dict.fromkeys(
        ("linspace", "logspace"),
        Trial(given([(Constant(0.0), Constant(1.0), one) for (one,) in LENGTHS]), 0.9),
    ),
    "eye": Trial(given([*LENGTHS, (number(3), Whole(T))]), 0.9),
    "randperm": Trial(given(LENGTHS), 0.9, lenient=True),
    **dict.fromkeys(
        ("tril_indices", "triu_indices"),
        Trial(st.just(Case(tuple(map(number, (5, 4))), META)), 0.0),
    ),
    **dict.fromkeys(
        ("hann_window", "hamming_window", "blackman_window", "bartlett_window", "kaiser_window"),
        Trial(given(LENGTHS), 0.9, lenient=True),
    ),
    **dict.fromkeys(
        ("zeros_like", "ones_like", "empty_like", "rand_like", "randn_like"),
        Trial(likenesses(), 0.8),
    ),
    "full_like": Trial(likenesses(Constant(0.5)), 0.8),
    "randint_like": Trial(likenesses(number(9)), 0.8),
    **dict.fromkeys(("new_zeros", "new_ones", "new_empty"), Trial(new(), 0.9)),
    "new_full": Trial(new(number(3)), 0.9),
    "new_tensor": Trial(data(tensors()), 0.7, device="cpu"),
    **dict.fromkeys(("tensor", "as_tensor", "asarray"), Trial(data(), 0.7)),
    "one_hot": Trial(one_hots(), 0.8, device="cpu"),
}
