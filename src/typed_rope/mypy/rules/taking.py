"""Operations that take entries of one axis, or a part of it.

"b t c"   select(1, i)            -> "b c"
"b t c"   index_select(1, "n")    -> "b n c"
"b t v"   gather(-1, "b t k")     -> "b t k"
"b t c"   narrow(1, 0, n)         -> "b {n} c"
"""

from typed_rope.mypy.dtypes import Dtypes
from typed_rope.mypy.equality import compare
from typed_rope.mypy.rules.broadcast import broadcast
from typed_rope.mypy.rules.dims import axis_at, better, place, ranked, replaced, shape, sized
from typed_rope.mypy.rules.indexing import in_range
from typed_rope.mypy.rules.reshaping import merged
from typed_rope.mypy.rules.rule import Known, Refused, Shaped, Unsure, rule
from typed_rope.mypy.values import ANY_DIM, NONE, Axis, Dims, Items, Tensor, Value, Whole, number
from typed_rope.shapes import Size

INT64: Dtypes = frozenset({"int64"})


@rule("select")
def select(input: Shaped, dim: int, index: Value) -> Tensor:
    """Take one entry of an axis, which goes away."""
    at, axis = axis_at(input.dims, dim)
    if isinstance(index, Whole):
        in_range(axis, index)
    return input.tensor.shaped(replaced(input.dims, at))


@rule("narrow")
def narrow(input: Shaped, dim: int, start: Value, length: Value) -> Tensor:
    """Take neighbouring entries of an axis."""
    at, axis = axis_at(input.dims, dim)
    taken = Axis(length.size, length.label) if isinstance(length, Whole) else ANY_DIM
    same = taken.size is not None and taken.size == axis.size
    return input.tensor.shaped(replaced(input.dims, at, better(axis, taken) if same else taken))


@rule("index_select")
def index_select(input: Shaped, dim: int, index: Shaped) -> Tensor:
    """Take the entries of an axis that a vector names."""
    at, _ = axis_at(input.dims, dim)
    axes = ranked(index.dims)
    if len(axes) > 1:
        raise Refused(f"the indices {shape(axes)} are no vector")
    return input.tensor.shaped(replaced(input.dims, at, *(axes or (Axis(Size.of(1)),))))


@rule("gather")
def gather(input: Shaped, dim: int, index: Shaped, *, sparse_grad: Value = NONE) -> Tensor:
    """Take for every index the entry of that place along an axis."""
    _same_rank(input, index)
    place(input.dims, dim)
    return input.tensor.shaped(index.dims)


def _same_rank(input: Shaped, index: Shaped) -> None:
    axes, indices = ranked(input.dims), ranked(index.dims)
    if axes and indices and len(axes) != len(indices):
        raise Refused(f"the index {shape(index.dims)} has not as many axes as {shape(axes)}")


@rule("take_along_dim")
def take_along_dim(known: Known, input: Shaped, indices: Shaped, dim: int | None = None) -> Tensor:
    """Take along an axis what indices name; the other axes are broadcast."""
    if dim is None:
        return input.tensor.shaped((merged(indices.dims),))
    _same_rank(input, indices)
    (at, _), (place_of_index, taken) = (axis_at(dims, dim) for dims in (input.dims, indices.dims))
    if at != place_of_index:
        raise Unsure
    one = Axis(Size.of(1))
    others = [replaced(dims, at, one) for dims in (input.dims, indices.dims)]
    return input.tensor.shaped(replaced(broadcast(others, known.facts), at, taken))


@rule("take")
def take(input: Shaped, index: Shaped) -> Tensor:
    """Take entries by their place among all."""
    return input.tensor.shaped(index.dims)


@rule("masked_select")
def masked_select(known: Known, input: Shaped, mask: Shaped) -> Tensor:
    """Take the entries where a mask is true."""
    broadcast([input.dims, mask.dims], known.facts)
    return input.tensor.shaped((ANY_DIM,))


@rule("nonzero", "argwhere")
def nonzero(input: Shaped, *, as_tuple: bool = False) -> Value:
    """Find the entries that are not zero: a row of places for each, or a vector for each axis."""
    rank = len(ranked(input.dims))
    if as_tuple:
        return Items((Tensor((ANY_DIM,), INT64),) * max(rank, 1))
    return Tensor((ANY_DIM, Axis(Size.of(rank))), INT64)


_SCATTERED = (
    "scatter", "scatter_add", "scatter_reduce", "scatter_", "scatter_add_", "scatter_reduce_",
)  # fmt: skip


@rule(*_SCATTERED)
def scatter(input: Shaped, dim: int, index: Shaped, *args: Value, **named: Value) -> Tensor:
    """Write entries along an axis where an index says."""
    _same_rank(input, index)
    place(input.dims, dim)
    return input.tensor.shaped(input.dims)


@rule(
    "index_add", "index_copy", "index_fill", "index_reduce",
    "index_add_", "index_copy_", "index_fill_", "index_reduce_",
)  # fmt: skip
def index_write(input: Shaped, dim: int, index: Value, *args: Value, **named: Value) -> Tensor:
    """Write rows of an axis where an index says."""
    place(input.dims, dim)
    return input.tensor.shaped(input.dims)


@rule("diagonal")
def diagonal(known: Known, input: Shaped, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """Take a diagonal of two axes; it comes last."""
    axes = ranked(input.dims)
    (first, one), (second, other) = axis_at(axes, dim1), axis_at(axes, dim2)
    if first == second:
        raise Refused(f"a diagonal runs over two axes of {shape(axes)}")
    rest: Dims = tuple(axis for at, axis in enumerate(axes) if at not in (first, second))
    return input.tensor.shaped((*rest, _diagonal(one, other, offset, known)))


def _diagonal(one: Axis, other: Axis, offset: int, known: Known) -> Axis:
    sizes = number(Whole(one.size)), number(Whole(other.size))
    if sizes[0] is not None and sizes[1] is not None:
        rows, columns = sizes[0] + min(offset, 0), sizes[1] - max(offset, 0)
        return Axis(Size.of(max(min(rows, columns), 0)))
    square = not one.broadcast and compare(one.size, other.size, known.facts) == "same"
    if not square or one.size is None:
        return ANY_DIM
    return better(one, other) if offset == 0 else Axis(one.size - abs(offset))


@rule("diag_embed")
def diag_embed(input: Shaped, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Put the last axis on the diagonal of two."""
    if (dim1, dim2) != (-2, -1):
        raise Unsure
    _, last = axis_at(input.dims, -1)
    side = last if not offset else ANY_DIM
    return input.tensor.shaped((*input.dims[:-1], side, side))


@rule("unfold")
def unfold(input: Shaped, dimension: int, size: Value, step: Value) -> Tensor:
    """Take windows of an axis; what a window holds comes last."""
    at, axis = axis_at(input.dims, dimension)
    width = Axis(size.size, size.label) if isinstance(size, Whole) else ANY_DIM
    stride = step.size if isinstance(step, Whole) else None
    windows = sized(_windows(axis, width, stride))
    if windows.size == axis.size and width.size == Size.of(1):
        windows = axis
    return input.tensor.shaped((*replaced(input.dims, at, windows), width))


def _windows(axis: Axis, width: Axis, step: Size | None) -> Size | None:
    """Count the windows: all that lie within the axis, a stride apart."""
    if axis.size is None or axis.broadcast or width.size is None or not step:
        return None
    stride = number(Whole(step))
    length, size = number(Whole(axis.size)), number(Whole(width.size))
    if length is not None and size is not None and stride:
        return Size.of(max(length - size, -1) // stride + 1)
    if stride == 1:
        return axis.size - width.size + 1
    # Windows side by side: they are taken to fill the axis.
    return axis.size / step if step == width.size else None
