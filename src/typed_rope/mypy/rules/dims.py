"""Places among axes: which one a `dim` means, where axes of any number stand between."""

from collections.abc import Sequence

from typed_rope.mypy.equality import Facts, compare_axes, single
from typed_rope.mypy.rules.rule import Refused, Unsure
from typed_rope.mypy.values import Axis, Dims, Many
from typed_rope.shapes import Size


def place(dims: Dims, dim: int, *, more: int = 0) -> int:
    """Find the place of an axis; `more` counts the axes that the result has beyond these.

    Raises: Refused if there is none; Unsure if it cannot be counted.
    """
    many = [i for i, d in enumerate(dims) if isinstance(d, Many)]
    rank = len(dims) + more
    if many:
        if 0 <= dim < many[0] or (dim == many[0] and more):
            return dim
        if dim < 0 and rank + dim > many[-1]:
            return rank + dim
        raise Unsure
    if not rank and dim in (-1, 0):
        raise Unsure  # a number: torch takes it for one axis, and does nothing
    if not -rank <= dim < rank:
        raise Refused(f"dim {dim} is no axis of {shape(dims)}")
    return dim % rank


def axis_at(dims: Dims, dim: int) -> tuple[int, Axis]:
    """Find an axis, and its place."""
    found = place(dims, dim)
    axis = dims[found]
    if isinstance(axis, Many):
        raise Unsure
    return found, axis


def ranked(dims: Dims) -> tuple[Axis, ...]:
    """Tell the axes where their number is known.

    Raises: Unsure elsewhere.
    """
    axes = tuple(axis for axis in dims if isinstance(axis, Axis))
    if len(axes) != len(dims):
        raise Unsure
    return axes


def replaced(dims: Dims, at: int, *axes: Axis | Many) -> Dims:
    """Put axes in place of one; none of them leaves it out."""
    return (*dims[:at], *axes, *dims[at + 1 :])


def shape(dims: Sequence[Axis | Many]) -> str:
    """Write axes as an annotation would."""
    return f'"{" ".join(map(str, dims))}"'


def product(axes: Sequence[Axis]) -> Size | None:
    """Multiply sizes; None where one is unknown."""
    total = Size.of(1)
    for axis in axes:
        if axis.size is None or axis.broadcast:
            return None
        total = total * axis.size
    return total


def sized(size: Size | None) -> Axis:
    """Make an axis of a size; one whose size is a name is that axis."""
    name = single(size)
    return Axis(size, name if name is not None and name.isidentifier() else None)


def agree(left: Axis, right: Axis, facts: Facts) -> Axis:
    """Tell the axis that two must be, as those of a product that is summed.

    Raises: Refused if they cannot be equal; its text is for `both` to complete.
    """
    if compare_axes(left, right, facts) == "never":
        raise Refused(f"{left} and {right} cannot be equal")
    return better(left, right)


def better(left: Axis, right: Axis) -> Axis:
    """Choose the axis that says more, of two that are equal."""
    return max((left, right), key=_told)


def _told(axis: Axis) -> tuple[bool, bool, bool, bool]:
    size = axis.size
    known = size is not None and not any(symbol.startswith("?") for symbol in size.symbols())
    named = known and size is not None and bool(size.symbols())
    fits = size is not None and axis.label is not None and str(size) == axis.label
    return (known, named and not axis.broadcast, fits, axis.label is not None)
