"""Operations that move axes and keep what each of them is.

"b t h d"  transpose(1, 2)      -> "b h t d"
"b t h d"  permute(0, 2, 1, 3)  -> "b h t d"
"t d"      .T                   -> "d t"
"t d"      unsqueeze(-1)        -> "t d 1"
"""

from typed_rope.mypy.equality import is_unknown, is_value
from typed_rope.mypy.rules.dims import axis_at, place, ranked, shape
from typed_rope.mypy.rules.rule import Ints, Refused, Shaped, Unsure, rule
from typed_rope.mypy.values import Axis, Dims, Many, Tensor, Value
from typed_rope.shapes import Size

ONE = Size.of(1)
FIRST_TWO = Ints((0, 1))


@rule("transpose", "swapaxes", "swapdims", "transpose_", "swapaxes_", "swapdims_")
def transpose(input: Shaped, dim0: int, dim1: int) -> Tensor:
    """Exchange two axes."""
    return input.tensor.shaped(exchanged(input.dims, dim0, dim1))


def exchanged(dims: Dims, dim0: int, dim1: int) -> Dims:
    """Tell the axes after two of them were exchanged."""
    first, _ = axis_at(dims, dim0)
    second, _ = axis_at(dims, dim1)
    moved = list(dims)
    moved[first], moved[second] = moved[second], moved[first]
    return tuple(moved)


@rule("permute")
def permute(input: Shaped, *dims: int) -> Tensor:
    """Put all axes in an order."""
    axes = ranked(input.dims)
    if len(dims) != len(axes):
        raise Refused(f"{len(dims)} places for the {len(axes)} axes of {shape(axes)}")
    places = [place(axes, dim) for dim in dims]
    if len(set(places)) != len(places):
        raise Refused(f"an axis of {shape(axes)} is named twice")
    return input.tensor.shaped(tuple(axes[at] for at in places))


@rule("movedim", "moveaxis")
def movedim(input: Shaped, source: Ints, destination: Ints) -> Tensor:
    """Move some axes to other places; the rest keeps its order."""
    axes = ranked(input.dims)
    if len(source.values) != len(destination.values):
        raise Refused("as many places are needed as axes that move")
    taken = [place(axes, dim) for dim in source.values]
    given = [place(axes, dim) for dim in destination.values]
    if len(set(taken)) != len(taken) or len(set(given)) != len(given):
        raise Refused(f"an axis of {shape(axes)} is named twice")
    put = dict(zip(given, taken, strict=True))
    rest = (at for at in range(len(axes)) if at not in taken)
    order = [put[at] if at in put else next(rest) for at in range(len(axes))]
    return input.tensor.shaped(tuple(axes[at] for at in order))


@rule("t", "t_")
def t(input: Shaped) -> Tensor:
    """Transpose a matrix; a vector stays."""
    axes = ranked(input.dims)
    if len(axes) > 2:
        raise Refused(f"{shape(axes)} is no matrix: write .mT for its two last axes")
    return input.tensor.shaped(axes[::-1])


@rule("T")
def reverse(input: Shaped) -> Tensor:
    """Turn the order of all axes."""
    turned = [Many() if isinstance(one, Many) else one for one in reversed(input.dims)]
    return input.tensor.shaped(tuple(turned))


@rule("mT", "mH", "adjoint")
def matrix_transpose(input: Shaped) -> Tensor:
    """Exchange the two last axes."""
    return input.tensor.shaped(exchanged(input.dims, -2, -1) if input.dims else ())


@rule("H")
def conjugate_transpose(input: Shaped) -> Tensor:
    """Transpose a matrix, and conjugate it."""
    axes = ranked(input.dims)
    if len(axes) not in (0, 2):
        raise Refused(f"{shape(axes)} is no matrix: write .mH for its two last axes")
    return input.tensor.shaped(axes[::-1])


@rule("flip")
def flip(input: Shaped, *dims: int) -> Tensor:
    """Turn the order of entries along some axes."""
    places = [place(input.dims, dim) for dim in dims]
    if len(set(places)) != len(places):
        raise Refused(f"an axis of {shape(input.dims)} is named twice")
    return input.tensor.shaped(input.dims)


@rule("fliplr")
def fliplr(input: Shaped) -> Tensor:
    """Turn the order of entries along the second axis."""
    place(input.dims, 1)
    return input.tensor.shaped(input.dims)


@rule("flipud")
def flipud(input: Shaped) -> Tensor:
    """Turn the order of entries along the first axis."""
    place(input.dims, 0)
    return input.tensor.shaped(input.dims)


@rule("roll")
def roll(input: Shaped, shifts: Value, dims: Ints | None = None) -> Tensor:
    """Shift entries along some axes."""
    for dim in dims.values if dims is not None else ():
        place(input.dims, dim)
    return input.tensor.shaped(input.dims)


@rule("rot90")
def rot90(input: Shaped, k: int = 1, dims: Ints = FIRST_TWO) -> Tensor:
    """Turn a plane by right angles."""
    if len(dims.values) != 2 or len({place(input.dims, dim) for dim in dims.values}) != 2:
        raise Refused(f"two axes of {shape(input.dims)} are needed that turn into each other")
    turned = exchanged(input.dims, *dims.values)
    return input.tensor.shaped(turned if k % 2 else input.dims)


@rule("unsqueeze", "unsqueeze_")
def unsqueeze(input: Shaped, dim: int) -> Tensor:
    """Put in an axis of size 1."""
    at = place(input.dims, dim, more=1)
    return input.tensor.shaped((*input.dims[:at], Axis(ONE), *input.dims[at:]))


@rule("squeeze", "squeeze_")
def squeeze(input: Shaped, dim: Ints | None = None) -> Tensor:
    """Leave out axes of size 1: all of them, or some."""
    if dim is None:
        kept = tuple(axis for axis in ranked(input.dims) if not _is_one(axis))
        return input.tensor.shaped(kept)
    places = [axis_at(input.dims, one)[0] for one in dim.values]
    left_out = {at for at in places if _is_one(input.dims[at])}
    kept_too = tuple(one for at, one in enumerate(input.dims) if at not in left_out)
    return input.tensor.shaped(kept_too)


def _is_one(axis: object) -> bool:
    """Tell whether an axis is left out.

    Raises: Unsure if a run may decide; an axis with a name is taken to have more entries.
    """
    if not isinstance(axis, Axis) or axis.size is None or axis.broadcast:
        raise Unsure
    symbols = axis.size.symbols()
    if any(is_value(symbol) or is_unknown(symbol) for symbol in symbols):
        raise Unsure
    return axis.size == ONE
