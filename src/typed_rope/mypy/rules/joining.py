"""Operations that make one tensor of several.

cat    "b s c" and "b t c" along 1    -> "b s+t c"
stack  two of "b t" along -1          -> "b t 2"
vstack two of "c"                     -> "2 c"
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from typed_rope.mypy.dtypes import promote
from typed_rope.mypy.equality import Facts, compare_axes
from typed_rope.mypy.rules.dims import better, place, product, ranked, replaced, shape, sized
from typed_rope.mypy.rules.rule import Known, Refused, Shaped, Unsure, rule
from typed_rope.mypy.values import (
    ANY_DIM,
    NONE,
    Axis,
    Constant,
    Dims,
    Items,
    Many,
    Repeated,
    Rest,
    Tensor,
    Value,
)
from typed_rope.shapes import Size

ONE = Axis(Size.of(1))


@rule("cat", "concat", "concatenate")
def cat(known: Known, tensors: Value, dim: int = 0) -> Tensor:
    """Put tensors behind one another along an axis; all the others agree."""
    if isinstance(tensors, Repeated):
        part = _shaped([tensors.value])[0]
        at = place(part.dims, dim)
        return part.tensor.shaped(replaced(part.dims, at, ANY_DIM))
    return _cat(known, _listed(tensors), dim)


def _cat(known: Known, parts: Sequence[Shaped], dim: int) -> Tensor:
    dtypes = promote(part.tensor.dtypes for part in parts)
    parts = [part for part in parts if not _is_empty(part)] or parts
    at = place(parts[0].dims, dim)
    dims = parts[0].dims
    for part in parts[1:]:
        dims = _Joint(dims, part.dims, f", joined along dim {dim}", known.facts).joined(at)
    return Tensor(dims, dtypes)


def _listed(tensors: Value) -> list[Shaped]:
    if not isinstance(tensors, Items) or not tensors.values:
        raise Unsure
    return _shaped(tensors.values)


def _shaped(values: "Sequence[Value | Rest]") -> list[Shaped]:
    """Read tensors whose axes are known.

    Raises: Unsure if one is anything else.
    """
    parts = [
        Shaped(value, value.dims)
        for value in values
        if isinstance(value, Tensor) and value.dims is not None
    ]
    if len(parts) != len(values) or not parts:
        raise Unsure
    return parts


def _is_empty(part: Shaped) -> bool:
    """Tell whether a tensor is of the one shape that `cat` leaves out."""
    return part.dims == (Axis(Size.of(0)),)


@dataclass(frozen=True, slots=True)
class _Joint:
    """Two tensors that are joined."""

    left: Dims
    right: Dims
    along: str
    """Where they are joined, as the end of a sentence."""
    facts: Facts

    def joined(self, at: int | None) -> Dims:
        """Tell the axes of both in one, with the sizes added at one place.

        Raises: Refused if two axes that must agree never do.
        """
        if len(self.left) != len(self.right):
            if any(isinstance(one, Many) for one in (*self.left, *self.right)):
                raise Unsure
            shapes = f"{shape(self.left)} and {shape(self.right)}"
            raise Refused(f"{shapes} differ in rank")
        return tuple(
            _sum(one, other) if place == at else self._agreed(one, other)
            for place, (one, other) in enumerate(zip(self.left, self.right, strict=True))
        )

    def _agreed(self, one: Axis | Many, other: Axis | Many) -> Axis | Many:
        if isinstance(one, Many) or isinstance(other, Many):
            if one != other:
                raise Unsure
            return one
        if compare_axes(one, other, self.facts) == "never":
            shapes = f"{shape(self.left)} and {shape(self.right)}"
            raise Refused(f"{one} and {other} cannot be equal in {shapes}{self.along}")
        if one.broadcast != other.broadcast:
            return other if one.broadcast else one
        return better(one, other)


def _sum(one: Axis | Many, other: Axis | Many) -> Axis:
    if isinstance(one, Many) or isinstance(other, Many):
        raise Unsure
    if one.size is None or other.size is None or one.broadcast or other.broadcast:
        return ANY_DIM
    return sized(one.size + other.size)


@rule("stack")
def stack(known: Known, tensors: Value, dim: int = 0) -> Tensor:
    """Put tensors of one shape side by side along a new axis."""
    if isinstance(tensors, Repeated):
        parts, new = _shaped([tensors.value]), ANY_DIM
    else:
        parts = _listed(tensors)
        new = Axis(Size.of(len(parts)))
    dims = parts[0].dims
    for part in parts[1:]:
        dims = _Joint(dims, part.dims, "", known.facts).joined(None)
    at = place(dims, dim, more=1)
    dtypes = promote(part.tensor.dtypes for part in parts)
    return Tensor((*dims[:at], new, *dims[at:]), dtypes)


@rule("hstack")
def hstack(known: Known, tensors: Value) -> Tensor:
    """Put tensors beside one another: along the second axis, or the only one."""
    parts = [_reshaped(part, _at_least_one) for part in _listed(tensors)]
    return _cat(known, parts, 0 if len(parts[0].dims) == 1 else 1)


@rule("vstack", "row_stack")
def vstack(known: Known, tensors: Value) -> Tensor:
    """Put tensors under one another; a vector is a row."""
    return _cat(known, [_reshaped(part, _rows) for part in _listed(tensors)], 0)


@rule("dstack")
def dstack(known: Known, tensors: Value) -> Tensor:
    """Put tensors behind one another along a third axis."""
    return _cat(known, [_reshaped(part, _planes) for part in _listed(tensors)], 2)


@rule("column_stack")
def column_stack(known: Known, tensors: Value) -> Tensor:
    """Put tensors beside one another; a vector is a column."""
    return _cat(known, [_reshaped(part, _columns) for part in _listed(tensors)], 1)


def _reshaped(part: Shaped, form: Callable[[Dims], Dims]) -> Shaped:
    return Shaped(part.tensor, form(ranked(part.dims)))


def _at_least_one(axes: Dims) -> Dims:
    return axes or (ONE,)


def _rows(axes: Dims) -> Dims:
    return (ONE,) * (2 - len(axes)) + axes


def _columns(axes: Dims) -> Dims:
    return axes + (ONE,) * (2 - len(axes))


def _planes(axes: Dims) -> Dims:
    return (*_rows(axes), ONE) if len(axes) < 3 else axes


@rule("block_diag")
def block_diag(*tensors: Value) -> Tensor:
    """Put matrices on a diagonal."""
    parts = [_rows(ranked(part.dims)) for part in _shaped(_spread(tensors))]
    if any(len(dims) > 2 for dims in parts):
        raise Refused("each must be a matrix")
    dims = parts[0]
    for other in parts[1:]:
        dims = tuple(_sum(one, two) for one, two in zip(dims, other, strict=True))
    return Tensor(dims)


def _spread(tensors: Sequence[Value]) -> "Sequence[Value | Rest]":
    """Read tensors that are given one by one, or as one sequence."""
    if len(tensors) == 1 and isinstance(tensors[0], Items):
        return tensors[0].values
    return tensors


@rule("meshgrid")
def meshgrid(*tensors: Value, indexing: Value = NONE) -> Value:
    """Make a grid of coordinates: every vector along an axis of its own."""
    parts = _shaped(_spread(tensors))
    dims = [(ranked(part.dims) or (ONE,))[0] for part in parts]
    if any(len(part.dims) > 1 for part in parts):
        raise Refused("each must be a vector")
    if indexing == Constant("xy"):
        dims[:2] = dims[:2][::-1]
    elif indexing not in (NONE, Constant("ij")):
        raise Unsure
    return Items(tuple(part.tensor.shaped(tuple(dims)) for part in parts))


@rule("cartesian_prod")
def cartesian_prod(*tensors: Value) -> Tensor:
    """List all combinations of entries of vectors, in rows."""
    parts = _shaped(_spread(tensors))
    if any(len(ranked(part.dims)) != 1 for part in parts):
        raise Unsure
    axes = [axis for part in parts for axis in ranked(part.dims)]
    if len(parts) == 1:
        return parts[0].tensor.shaped(parts[0].dims)
    total = product(axes)
    rows = ANY_DIM if total is None else sized(total)
    return Tensor((rows, Axis(Size.of(len(parts)))), promote(part.tensor.dtypes for part in parts))
