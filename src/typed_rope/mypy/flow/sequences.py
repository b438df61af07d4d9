"""Values that hold others: what a loop goes over, and what an index takes out."""

from mypy.nodes import Expression

from typed_rope.mypy.flow.frame import Frame
from typed_rope.mypy.values import (
    UNKNOWN,
    Axis,
    Items,
    Many,
    Repeated,
    Rest,
    Tensor,
    Value,
    Whole,
    join,
    number,
)


def elements(frame: Frame, value: Value, expression: Expression) -> Value:
    """Tell what each value of an iterable is."""
    if isinstance(value, Repeated):
        return value.value
    if isinstance(value, Items) and value.values:
        if any(isinstance(v, Rest) for v in value.values):
            return UNKNOWN
        values = [v for v in value.values if not isinstance(v, Rest)]
        result = values[0]
        for other in values[1:]:
            result = join(result, other)
        return result
    if isinstance(value, Tensor) and value.dims and isinstance(value.dims[0], Axis):
        return value.shaped(value.dims[1:])
    return UNKNOWN


def item(value: Items | Repeated, index: Value) -> Value:
    """Tell what stands at an index of a tuple or list."""
    if isinstance(value, Repeated):
        return value.value
    place = number(index)
    if place is None:
        return UNKNOWN
    values = value.values
    rest = next((i for i, v in enumerate(values) if isinstance(v, Rest)), None)
    if rest is None:
        found = values[place] if -len(values) <= place < len(values) else UNKNOWN
    elif 0 <= place < rest or (place < 0 and len(values) + place > rest):
        found = values[place]
    else:
        return Whole() if isinstance(values[rest], Rest) else UNKNOWN
    return UNKNOWN if isinstance(found, Rest) else found


def cut(value: Items, start: int | None, stop: int | None) -> Value:
    """Tell what a slice of a tuple holds: `x.shape[:-1]`."""
    rest = next((i for i, v in enumerate(value.values) if isinstance(v, Rest)), None)
    if rest is not None:
        ends_left = start is None or 0 <= start <= rest or len(value.values) + start > rest
        length = len(value.values)
        stop_known = stop is None or (stop < 0 and length + stop > rest) or 0 <= stop <= rest
        if not ends_left or not stop_known:
            return UNKNOWN
    return Items(value.values[start:stop])


def rank(value: Value) -> int | None:
    """Tell how many axes a tensor has, or how many values a tuple; None where that varies."""
    if isinstance(value, Tensor) and value.dims is not None:
        return None if any(isinstance(d, Many) for d in value.dims) else len(value.dims)
    if isinstance(value, Items):
        return None if any(isinstance(v, Rest) for v in value.values) else len(value.values)
    return None
