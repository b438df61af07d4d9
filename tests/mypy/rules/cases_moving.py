"""Trials of the rules that move axes."""

from hypothesis import strategies as st

from drawn import Case, Trial, fixed, number, numbers, places, tensors
from typed_rope.mypy.values import Value


@st.composite
def one_dim(draw: st.DrawFn, *, least: int = 1, most: int = 4, more: int = 0) -> Case:
    x = draw(tensors(least, most))
    return Case((x, number(draw(places(x.dims or (), more=more)))))


@st.composite
def two_dims(draw: st.DrawFn, names: tuple[str, str] = ("dim0", "dim1")) -> Case:
    x = draw(tensors(1))
    first, second = (number(draw(places(x.dims or ()))) for _ in names)
    if draw(st.booleans()):
        return Case((x, first), {names[1]: second})
    return Case((x, first, second))


@st.composite
def alone(draw: st.DrawFn, least: int = 0, most: int = 4) -> Case:
    return Case((draw(tensors(least, most)),))


@st.composite
def orders(draw: st.DrawFn) -> Case:
    x = draw(tensors())
    rank = len(x.dims or ())
    order = list(draw(st.permutations(range(rank))))
    order = [at - rank if draw(st.booleans()) else at for at in order]
    if rank and draw(st.integers(0, 7)) == 0:
        order[0] = draw(st.integers(-rank - 1, rank))
    if rank and draw(st.integers(0, 7)) == 0:
        order.pop()
    return Case((x, numbers(*order)))


@st.composite
def several_dims(draw: st.DrawFn, before: tuple[Value, ...] = ()) -> Case:
    x = draw(tensors(1))
    chosen = draw(st.lists(places(x.dims or ()), min_size=1, max_size=2))
    return Case((x, *before, numbers(*chosen)))


@st.composite
def moves(draw: st.DrawFn) -> Case:
    x = draw(tensors(1))
    count = draw(st.integers(1, 2))
    pairs = [numbers(*(draw(places(x.dims or ())) for _ in range(count))) for _ in "st"]
    if count == 1 and draw(st.booleans()):
        pairs = [number(draw(places(x.dims or ()))) for _ in "st"]  # type: ignore[misc] # numbers
    return Case((x, *pairs))


@st.composite
def rolls(draw: st.DrawFn) -> Case:
    x = draw(tensors(1))
    if draw(st.booleans()):
        return Case((x, number(2)))
    return Case((x, number(-1)), {"dims": number(draw(places(x.dims or ())))})


@st.composite
def turns(draw: st.DrawFn) -> Case:
    x = draw(tensors(2))
    plane = numbers(*(draw(places(x.dims or (), wrong=False)) for _ in "st"))
    return Case((x, number(draw(st.integers(-2, 3))), plane))


@st.composite
def squeezes(draw: st.DrawFn) -> Case:
    x = draw(tensors())
    dims = list(x.dims or ())
    for _ in range(draw(st.integers(0, 2))):
        dims.insert(draw(st.integers(0, len(dims))), fixed(1))
    x = x.shaped(tuple(dims))
    if draw(st.booleans()) or not dims:
        return Case((x,))
    return Case((x, number(draw(places(x.dims or ())))))


EXCHANGED = Trial(two_dims(), definite=0.7, refused=1.0)
MOVING: dict[str, Trial] = {
    **dict.fromkeys(("transpose", "swapdims", "transpose_", "swapdims_"), EXCHANGED),
    **dict.fromkeys(
        ("swapaxes", "swapaxes_"), Trial(two_dims(("axis0", "axis1")), definite=0.7, refused=1.0)
    ),
    "permute": Trial(orders(), definite=0.7, refused=1.0),
    **dict.fromkeys(("movedim", "moveaxis"), Trial(moves(), definite=0.6, refused=1.0)),
    **dict.fromkeys(("t", "t_"), Trial(alone(0, 3), definite=0.7, refused=1.0)),
    "T": Trial(alone(), definite=0.8),
    **dict.fromkeys(("mT", "mH", "adjoint"), Trial(alone(), definite=0.7, refused=0.8)),
    "H": Trial(alone(), definite=0.7, refused=1.0),
    "flip": Trial(several_dims(), definite=0.7, refused=1.0),
    "fliplr": Trial(alone(), definite=0.7, refused=1.0),
    "flipud": Trial(alone(), definite=0.7),
    "roll": Trial(rolls(), definite=0.7, refused=1.0),
    "rot90": Trial(turns(), definite=0.7, refused=1.0),
    **dict.fromkeys(("unsqueeze", "unsqueeze_"), Trial(one_dim(least=0, more=1), 0.7, 1.0)),
    **dict.fromkeys(("squeeze", "squeeze_"), Trial(squeezes(), definite=0.5, refused=1.0)),
}
