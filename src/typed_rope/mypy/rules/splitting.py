"""Operations that cut a tensor into several.

"b t 3*c"  chunk(3, dim=-1)        -> three of "b t c"
"b t c"    split([n, m], dim=-1)   -> "b t {n}" and "b t {m}"
"3 b h d"  unbind(0)               -> three of "b h d"
"""

from collections.abc import Sequence

from typed_rope.mypy.equality import Facts
from typed_rope.mypy.rules.dims import axis_at, replaced, sized
from typed_rope.mypy.rules.memory_order import never_equal
from typed_rope.mypy.rules.rule import Known, Refused, Shaped, Unsure, rule
from typed_rope.mypy.rules.slicing import sliced
from typed_rope.mypy.values import (
    ANY_DIM,
    Axis,
    Cut,
    Items,
    Many,
    Repeated,
    Value,
    Whole,
    axis_of,
    number,
    whole,
)
from typed_rope.shapes import Size

_MOST_PARTS = 64  # more are not told apart by any program


@rule("unbind")
def unbind(input: Shaped, dim: int = 0) -> Value:
    """Take the entries of an axis apart."""
    at, axis = axis_at(input.dims, dim)
    part = input.tensor.shaped(replaced(input.dims, at))
    count = None if axis.broadcast else number(Whole(axis.size))
    return Items((part,) * count) if count is not None and count <= _MOST_PARTS else Repeated(part)


@rule("chunk")
def chunk(input: Shaped, chunks: Value, dim: int = 0) -> Value:
    """Cut an axis into a number of equal parts."""
    at, axis = axis_at(input.dims, dim)
    if not isinstance(chunks, Whole):
        raise Unsure
    count, length = number(chunks), number(Whole(axis.size))
    if count is not None and length is not None and not axis.broadcast:
        size = -(-length // count) if count > 0 else 0
        return _parts(input, at, _filled(length, size)) if size else _refused(count)
    part = sized(_divided(axis, chunks))
    if count is None:
        return Repeated(input.tensor.shaped(replaced(input.dims, at, part)))
    if count < 1:
        return _refused(count)
    return _parts(input, at, [axis if count == 1 else part] * count)


def _refused(count: int) -> Value:
    raise Refused(f"nothing can be cut into {count} parts")


def _divided(axis: Axis, by: Whole) -> Size | None:
    known = axis.size is not None and not axis.broadcast and by.size is not None
    return axis.size / by.size if known and axis.size and by.size else None


def _filled(length: int, size: int) -> list[Axis]:
    """Fill a length with parts of a size; the last may be smaller."""
    return [Axis(Size.of(min(size, length - at))) for at in range(0, length, size)]


def _parts(input: Shaped, at: int, axes: Sequence[Axis | Many]) -> Value:
    if len(axes) > _MOST_PARTS:
        return Repeated(input.tensor.shaped(replaced(input.dims, at, ANY_DIM)))
    return Items(tuple(input.tensor.shaped(replaced(input.dims, at, one)) for one in axes))


@rule("split", "split_with_sizes")
def split(known: Known, input: Shaped, split_size: Value, dim: int = 0) -> Value:
    """Cut an axis into parts of one size, or of given sizes."""
    at, axis = axis_at(input.dims, dim)
    if isinstance(split_size, Items):
        parts = [axis_of(size) for size in split_size.values]
        _check_sum(axis, parts, known.facts)
        return _parts(input, at, [axis] if len(parts) == 1 else parts)
    if not isinstance(split_size, Whole):
        raise Unsure
    size, length = number(split_size), number(Whole(axis.size))
    if size is not None and length is not None and not axis.broadcast:
        return _parts(input, at, _filled(length, size)) if size > 0 else _refused(size)
    ratio = _divided(axis, split_size)
    count = None if ratio is None else number(Whole(ratio))
    if count is None:
        return Repeated(input.tensor.shaped(replaced(input.dims, at, ANY_DIM)))
    part = axis if count == 1 else Axis(split_size.size, split_size.label)
    return _parts(input, at, [part] * count)


def _check_sum(axis: Axis, parts: Sequence[Axis | Many], facts: Facts) -> None:
    if axis.size is None or axis.broadcast:
        return
    total = Size.of(0)
    for part in parts:
        if isinstance(part, Many) or part.size is None:
            return
        total = total + part.size
    if never_equal(axis.size, total, facts):
        raise Refused(f"parts of {' + '.join(map(str, parts))} do not make up {axis}")


@rule("tensor_split")
def tensor_split(known: Known, input: Shaped, indices_or_sections: Value, dim: int = 0) -> Value:
    """Cut an axis into a number of parts, or at given places."""
    at, axis = axis_at(input.dims, dim)
    if isinstance(indices_or_sections, Items):
        return _cut_at(known, input, at, axis, indices_or_sections)
    count = number(indices_or_sections)
    if count is None:
        raise Unsure
    if count < 1:
        return _refused(count)
    length = None if axis.broadcast else number(Whole(axis.size))
    if length is None:
        return _parts(input, at, [sized(_divided(axis, whole(count)))] * count)
    sizes = [length // count + (place < length % count) for place in range(count)]
    return _parts(input, at, [Axis(Size.of(size)) for size in sizes])


def _cut_at(known: Known, input: Shaped, at: int, axis: Axis, places: Items) -> Value:
    ends = [one if isinstance(one, Whole) else Whole() for one in places.values]
    cuts = zip([None, *ends], [*ends, None], strict=True)
    axes = [sliced(axis, Cut(start, stop, None), known.facts) for start, stop in cuts]
    return _parts(input, at, axes)
