"""Trials of the rules that deal entries out over other axes, and of those that repeat them."""

from hypothesis import strategies as st

from drawn import (
    FLOAT32,
    HEADS,
    INT64,
    Case,
    Trial,
    axis,
    dims,
    fixed,
    number,
    places,
    tensors,
)
from typed_rope.mypy.dtypes import COMPLEX
from typed_rope.mypy.values import (
    Axis,
    Dims,
    DtypeName,
    Items,
    Many,
    Rest,
    Tensor,
    Value,
    Whole,
)
from typed_rope.shapes import Size

Sizes = list["Value | Rest"]


def size_value(one: Axis | Many) -> "Value | Rest":
    """Make the number that a program reads off an axis."""
    return Rest(one) if isinstance(one, Many) else Whole(one.size, one.label)


@st.composite
def split(draw: st.DrawFn, one: Axis | Many) -> Sizes:
    """Draw sizes whose product is that of an axis."""
    size = one.size if isinstance(one, Axis) and not one.broadcast else None
    if size is None or draw(st.booleans()):
        return [size_value(one)]
    parts = {"d": [Size.of(2), Size.of(4)], "c": [Size.of(4), HEADS, Size.of(12)]}
    part = draw(st.sampled_from(parts.get(str(size), [Size.of(1)])))
    left = size / part
    assert left is not None
    pair: Sizes = [Whole(part), Whole(left)]
    return pair if draw(st.booleans()) else pair[::-1]


@st.composite
def dealt(draw: st.DrawFn, shape: Dims) -> Sizes:
    """Draw sizes of a view that keeps the order of the axes."""
    sizes: Sizes = []
    for one in shape:
        last = sizes[-1] if sizes else None
        known = isinstance(last, Whole) and last.size is not None
        merge = known and isinstance(one, Axis) and one.size is not None and draw(st.booleans())
        if merge and isinstance(last, Whole) and isinstance(one, Axis):
            assert last.size is not None
            assert one.size is not None
            sizes[-1] = Whole(last.size * one.size)
        else:
            sizes.extend(draw(split(one)))
    return sizes


@st.composite
def views(draw: st.DrawFn, *, many: bool = True, crossed: bool = False) -> Case:
    shape = draw(dims(1, 4, many=many))
    sizes = draw(dealt(shape))
    if crossed or draw(st.integers(0, 3)) == 0:
        sizes = list(draw(st.permutations(sizes)))
    if not crossed and draw(st.integers(0, 7)) == 0:
        sizes[draw(st.integers(0, len(sizes) - 1))] = size_value(axis(draw(st.sampled_from("bts"))))
    at = draw(st.integers(0, len(sizes) - 1))
    if draw(st.booleans()) and isinstance(sizes[at], Whole):
        sizes[at] = number(-1)
    x = Tensor(shape, FLOAT32)
    if any(isinstance(size, Rest) for size in sizes) or draw(st.booleans()):
        return Case((x, Items(tuple(sizes))))
    return Case((x, *sizes))  # type: ignore[arg-type] # none is a Rest


@st.composite
def likes(draw: st.DrawFn) -> Case:
    shape = draw(dims(1, 4, many=False))
    return Case((Tensor(shape, FLOAT32), Tensor(axes_of(draw(dealt(shape))), INT64)))


def axes_of(sizes: Sizes) -> tuple[Axis, ...]:
    """Make axes of sizes."""
    return tuple(Axis(size.size, size.label) for size in sizes if isinstance(size, Whole))


@st.composite
def flattened(draw: st.DrawFn) -> Case:
    x = draw(tensors())
    shape = x.dims or ()
    if draw(st.booleans()):
        return Case((x,), {"start_dim": number(draw(places(shape)))} if shape else {})
    return Case((x, number(draw(places(shape))), number(draw(places(shape)))))


@st.composite
def unflattened(draw: st.DrawFn) -> Case:
    shape = draw(dims(1, 4, many=False))
    at = draw(st.integers(0, len(shape) - 1))
    sizes = draw(split(shape[at]))
    if draw(st.booleans()):
        sizes[draw(st.integers(0, len(sizes) - 1))] = number(-1)
    return Case((Tensor(shape, FLOAT32), number(at), Items(tuple(sizes))))


@st.composite
def numbers_of_two(draw: st.DrawFn) -> Case:
    last = draw(st.sampled_from([fixed(2), fixed(2), axis("d"), fixed(3)]))
    return Case((Tensor((*draw(dims(0, 3)), last), FLOAT32),))


@st.composite
def grown(draw: st.DrawFn) -> tuple[Dims, Sizes]:
    """Draw axes, some of size 1, and the sizes they grow to."""
    wanted = draw(dims(1, 4))
    own = [fixed(1) if _is_axis(one) and draw(st.booleans()) else one for one in wanted]
    new = draw(st.integers(0, len(own)))
    own = own[new:]
    if draw(st.integers(0, 9)) == 0:
        own = [*own[:-1], axis(draw(st.sampled_from("bts")))]
    sizes: Sizes = [size_value(one) for one in wanted]
    for at in range(new, len(sizes)):
        if not isinstance(sizes[at], Rest) and draw(st.integers(0, 3)) == 0:
            sizes[at] = number(-1)
    return tuple(own), sizes


def _is_axis(one: object) -> bool:
    return isinstance(one, Axis)


@st.composite
def expansions(draw: st.DrawFn) -> Case:
    own, sizes = draw(grown())
    return Case((Tensor(own, FLOAT32), Items(tuple(sizes))))


@st.composite
def like_another(draw: st.DrawFn) -> Case:
    own, sizes = draw(grown())
    axes = [axis("s") if one.size == Size.of(-1) else one for one in axes_of(sizes)]
    return Case((Tensor(own, FLOAT32), Tensor(tuple(axes), INT64)))


@st.composite
def repeated(draw: st.DrawFn) -> Case:
    x = draw(tensors(0, 3))
    count = len(x.dims or ()) + draw(st.integers(-1, 1))
    counts = [draw(st.sampled_from([number(1), number(3), Whole(HEADS)])) for _ in range(count)]
    return Case((x, Items(tuple(counts))))


@st.composite
def interleaved(draw: st.DrawFn) -> Case:
    x = draw(tensors(1))
    repeats = draw(st.sampled_from([number(2), Whole(HEADS)]))
    if draw(st.booleans()):
        return Case((x, repeats))
    return Case((x, repeats), {"dim": number(draw(places(x.dims or ())))})


@st.composite
def complex_numbers(draw: st.DrawFn) -> Case:
    return Case((draw(tensors(dtypes=COMPLEX)),))


@st.composite
def rereads(draw: st.DrawFn) -> Case:
    return Case(
        (draw(tensors(1)), DtypeName(frozenset({draw(st.sampled_from(["int32", "int16"]))})))
    )


RESHAPING: dict[str, Trial] = {
    "view": Trial(st.one_of(views(), views(), rereads()), 0.4, 0.2, lenient=True),
    "reshape": Trial(views(), 0.6, 0.2, lenient=True),
    **dict.fromkeys(("view_as", "reshape_as"), Trial(likes(), definite=0.7)),
    "flatten": Trial(flattened(), definite=0.6, refused=1.0),
    "ravel": Trial(st.builds(lambda x: Case((x,)), tensors()), definite=0.6),
    "unflatten": Trial(unflattened(), definite=0.6),
    "view_as_real": Trial(complex_numbers(), definite=0.7),
    "view_as_complex": Trial(numbers_of_two(), definite=0.7, lenient=True),
    **dict.fromkeys(("expand", "broadcast_to"), Trial(expansions(), 0.6, 0.5, lenient=True)),
    "expand_as": Trial(like_another(), definite=0.7, lenient=True),
    "repeat": Trial(repeated(), definite=0.6, refused=1.0),
    "tile": Trial(repeated(), definite=0.6),
    "repeat_interleave": Trial(interleaved(), definite=0.6, refused=0.9),
}
