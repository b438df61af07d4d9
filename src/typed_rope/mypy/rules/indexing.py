"""Indexing: `x[key]`, as torch places what the parts of a key leave.

"b t c"    [:, 0]         "b c"            an integer takes an axis away
"b t c"    [..., None]    "b t c 1"
"v c"      [ids]          "b t c"          ids "b t": its axes in place of v
"b t c"    [keep]         "? c"            keep "b t", truth values: both in one
"b t h d"  [i, :, j]      "n t d"          tensors apart from one another: their axes first
"""

from collections.abc import Sequence
from dataclasses import dataclass

from typed_rope.mypy.dtypes import BOOL, INTEGER
from typed_rope.mypy.equality import compare_axes
from typed_rope.mypy.rules.broadcast import broadcast
from typed_rope.mypy.rules.dims import shape
from typed_rope.mypy.rules.rule import Known, Refused, Shaped, Unsure, rule
from typed_rope.mypy.rules.slicing import sliced
from typed_rope.mypy.values import (
    ANY_DIM,
    NONE,
    Axis,
    Constant,
    Cut,
    Dims,
    Items,
    Many,
    Repeated,
    Rest,
    Tensor,
    Value,
    Whole,
    number,
)
from typed_rope.shapes import Size

ELLIPSIS = Constant(...)


@rule("__getitem__")
def index(known: Known, input: Shaped, key: Value) -> Tensor:
    """Take entries; a key of several parts is a tuple, and a list of numbers within it a tensor."""
    parts = _parts(key)
    front, back = _around_ellipsis(parts)
    left, middle, right = _met(input.dims, front, back)
    taken = [
        *_taken(front, left, known),
        *(_Slot(one, None) for one in middle),
        *_taken(back, right, known),
    ]
    return input.tensor.shaped(_placed(taken, known))


@dataclass(frozen=True, slots=True)
class _Slot:
    """An axis that is left so far, and the axes of the tensor that indexes it."""

    axis: Axis | Many
    index: Dims | None


def _parts(key: Value) -> list[Value]:
    values = key.values if isinstance(key, Items) else (key,)
    parts = [_part(value) for value in values if not isinstance(value, Rest)]
    if len(parts) != len(values):
        raise Unsure
    return parts


def _part(value: Value) -> Value:
    """Read a list within a key as the tensor that torch makes of it."""
    if isinstance(value, Repeated) and isinstance(value.value, Whole):
        return Tensor((ANY_DIM,), INTEGER)
    if isinstance(value, Items):
        if all(isinstance(one, Whole) for one in value.values):
            return Tensor((Axis(Size.of(len(value.values))),), INTEGER)
        raise Unsure
    if isinstance(value, Tensor | Whole | Cut) or value in (NONE, ELLIPSIS):
        return value
    raise Unsure


def _around_ellipsis(parts: Sequence[Value]) -> tuple[Sequence[Value], Sequence[Value]]:
    places = [at for at, part in enumerate(parts) if part == ELLIPSIS]
    if len(places) > 1:
        raise Refused("an index can have a single ellipsis")
    return (parts[: places[0]], parts[places[0] + 1 :]) if places else (parts, ())


def _met(dims: Dims, front: Sequence[Value], back: Sequence[Value]) -> tuple[Dims, Dims, Dims]:
    """Find the axes that the parts before and after an ellipsis are for, and those between."""
    first, last = (sum(map(_consumed, parts)) for parts in (front, back))
    many = any(isinstance(one, Many) for one in dims)
    if first + last > len(dims) and not many:
        raise Refused(f"{first + last} indices are too many for {shape(dims)}")
    end = len(dims) - last
    left, right = dims[:first], dims[max(end, 0) :]
    if first + last > len(dims) or any(isinstance(one, Many) for one in (*left, *right)):
        raise Unsure
    return left, dims[first:end], right


def _consumed(part: Value) -> int:
    if part == NONE:
        return 0
    if isinstance(part, Tensor) and _is_mask(part):
        return len(_axes(part))
    return 1


def _is_mask(index: Tensor) -> bool:
    if index.dtypes is None or not (index.dtypes <= BOOL or index.dtypes <= INTEGER):
        raise Unsure
    # Bytes were masks once, and still are.
    if index.dtypes == {"uint8"} or (index.dtypes == BOOL and index.dims == ()):
        raise Unsure
    return index.dtypes == BOOL


def _axes(index: Tensor) -> Dims:
    if index.dims is None or any(isinstance(one, Many) for one in index.dims):
        raise Unsure
    return index.dims


def _taken(parts: Sequence[Value], dims: Dims, known: Known) -> list[_Slot]:
    slots: list[_Slot] = []
    rest = [axis for axis in dims if isinstance(axis, Axis)]
    for part in parts:
        own, rest = rest[: _consumed(part)], rest[_consumed(part) :]
        slots += _slots(part, own, known)
    return slots


def _slots(part: Value, own: list[Axis], known: Known) -> list[_Slot]:
    if part == NONE:
        return [_Slot(Axis(Size.of(1)), None)]
    if isinstance(part, Cut):
        return [_Slot(sliced(own[0], part, known.facts), None)]
    if isinstance(part, Whole):
        in_range(own[0], part)
        return []
    assert isinstance(part, Tensor)
    if not _is_mask(part):
        # A number in a tensor is a number: it takes the axis away before tensors are placed.
        return [_Slot(own[0], _axes(part))] if _axes(part) else []
    for mask, axis in zip(_axes(part), own, strict=True):
        if isinstance(mask, Axis) and compare_axes(mask, axis, known.facts) == "never":
            raise Refused(f"a mask {shape(_axes(part))} does not fit {shape(own)}")
    return [_Slot(axis, (ANY_DIM,)) for axis in own]


def in_range(axis: Axis, index: Whole) -> None:
    """Refuse a number beyond an axis whose size is written in the program."""
    at, size = number(index), number(Whole(axis.size))
    if at is not None and size is not None and not axis.broadcast and not -size <= at < size:
        raise Refused(f"index {at} lies beyond an axis of size {size}")


def _placed(slots: Sequence[_Slot], known: Known) -> Dims:
    """Put the axes of tensors in place of those they index: first of all, if these lie apart."""
    places = [at for at, slot in enumerate(slots) if slot.index is not None]
    kept = [slot.axis for slot in slots if slot.index is None]
    if not places:
        return tuple(kept)
    several = len(places) > 1
    taken = [slot.index for slot in slots if slot.index is not None]
    axes = broadcast(taken, known.facts) if several else taken[0]
    apart = places[-1] - places[0] >= len(places)
    if apart and any(isinstance(slot.axis, Many) for slot in slots[places[0] : places[-1]]):
        raise Unsure
    at = 0 if apart else places[0]
    return (*kept[:at], *axes, *kept[at:])
