"""Operations that repeat entries: an axis of size 1 grows, or any axis by a factor.

"b 1 t"    expand(-1, h, -1)         -> "b h t"
"b g s d"  repeat_interleave(n, 1)   -> "b g*{n} s d"
"t d"      repeat(b, 1, 1)           -> "b t d"
"""

from collections.abc import Sequence

from typed_rope.mypy.equality import Facts, compare_axes, is_unknown, is_value
from typed_rope.mypy.rules.dims import axis_at, better, product, ranked, replaced, shape, sized
from typed_rope.mypy.rules.rule import Known, Refused, Shaped, Sizes, Unsure, listed, rule
from typed_rope.mypy.values import (
    ANY_DIM,
    NONE,
    Axis,
    Dims,
    Many,
    Rest,
    Tensor,
    Value,
    Whole,
    axis_of,
    number,
    sizes_of,
)
from typed_rope.shapes import Size

ONE = Size.of(1)


@rule("expand", "broadcast_to")
def expand(known: Known, input: Shaped, *size: Sizes) -> Tensor:
    """Let axes of size 1 grow; -1 leaves an axis as it is."""
    return input.tensor.shaped(expanded(input.dims, listed(size), known.facts))


@rule("expand_as")
def expand_as(known: Known, input: Shaped, other: Shaped) -> Tensor:
    """Let axes of size 1 grow to those of another tensor."""
    sizes = sizes_of(other.dims).values
    return input.tensor.shaped(expanded(input.dims, sizes, known.facts))


def expanded(dims: Dims, sizes: "Sequence[Value | Rest]", facts: Facts) -> Dims:
    """Tell the axes after some of size 1 grew; new ones come first."""
    own, to = list(dims), list(sizes)
    grown: list[Axis | Many] = []
    while own and to:
        axis, size = own.pop(), to.pop()
        if isinstance(axis, Many) or isinstance(size, Rest):
            if axis != axis_of(size) or axis == Many():
                # What meets what is open; the sizes that are given are the sizes of the result.
                return (*_new([*to, size]), *reversed(grown))
            grown.append(axis)
        else:
            grown.append(_grown(axis, size, facts))
    if own:
        if any(isinstance(one, Many) for one in own):
            raise Unsure
        raise Refused(f"{len(sizes)} sizes cannot hold {shape(dims)}, which has more axes")
    return (*_new(to, first=True), *reversed(grown))


def _new(sizes: "Sequence[Value | Rest]", *, first: bool = False) -> Dims:
    if any(number(size) == -1 for size in sizes):
        if first:
            raise Refused("-1 keeps an axis, and there is none to keep for a new one")
        raise Unsure
    return tuple(map(axis_of, sizes))


def _grown(axis: Axis, size: Value, facts: Facts) -> Axis:
    wanted = axis_of(size)
    if isinstance(wanted, Many):
        raise Unsure
    if number(size) == -1:
        return axis
    if axis.size == ONE:
        return wanted
    verdict = compare_axes(axis, wanted, facts)
    if verdict == "never":
        raise Refused(f"{axis} cannot be expanded to {wanted}: only an axis of size 1 grows")
    if verdict == "same" or not _can_be_one(axis):
        return better(axis, wanted)
    return wanted


def _can_be_one(axis: Axis) -> bool:
    if axis.size is None or axis.broadcast:
        return True
    return any(is_value(symbol) or is_unknown(symbol) for symbol in axis.size.symbols())


@rule("repeat")
def repeat(input: Shaped, *repeats: Sizes) -> Tensor:
    """Put copies behind one another along every axis; new axes come first."""
    counts = _counts(listed(repeats))
    axes = ranked(input.dims)
    if len(counts) < len(axes):
        raise Refused(f"{len(counts)} numbers for the {len(axes)} axes of {shape(axes)}")
    return input.tensor.shaped(_repeated(axes, counts))


@rule("tile")
def tile(input: Shaped, *dims: Sizes) -> Tensor:
    """Put copies behind one another along the last axes."""
    counts = _counts(listed(dims))
    axes = ranked(input.dims)
    counts = [Whole(ONE)] * (len(axes) - len(counts)) + counts
    return input.tensor.shaped(_repeated(axes, counts))


def _counts(values: "Sequence[Value | Rest]") -> list[Whole]:
    if any(isinstance(value, Rest) for value in values):
        raise Unsure
    return [value if isinstance(value, Whole) else Whole() for value in values]


def _repeated(axes: Sequence[Axis], counts: Sequence[Whole]) -> Dims:
    new = [Axis(ONE)] * (len(counts) - len(axes))
    return tuple(times(axis, count) for axis, count in zip([*new, *axes], counts, strict=True))


def times(axis: Axis, count: Whole) -> Axis:
    """Multiply an axis; it stays the same axis only where it is not."""
    if count.size == ONE:
        return axis
    if axis.size == ONE:
        return Axis(count.size, count.label)
    if axis.size is None or axis.broadcast or count.size is None:
        return ANY_DIM
    return sized(axis.size * count.size)


@rule("repeat_interleave")
def repeat_interleave(
    input: Shaped, repeats: Value, dim: int | None = None, *, output_size: Value = NONE
) -> Tensor:
    """Repeat every entry along one axis, or along all of them made one."""
    if dim is None:
        at, axis, dims = 0, Axis(product(ranked(input.dims))), (ANY_DIM,)
        if len(input.dims) == 1:
            axis = ranked(input.dims)[0]
    else:
        (at, axis), dims = axis_at(input.dims, dim), input.dims  # type: ignore[assignment] # Dims
    grown = times(axis, repeats) if isinstance(repeats, Whole) else ANY_DIM
    if grown.size is None and isinstance(output_size, Whole):
        grown = Axis(output_size.size, output_size.label)
    return input.tensor.shaped(replaced(dims, at, grown))
