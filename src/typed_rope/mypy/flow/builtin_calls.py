"""Calls of Python's own functions, and of what only a type checker answers."""

from collections.abc import Callable, Sequence

from mypy.nodes import CallExpr

from typed_rope.mypy.flow.frame import Frame
from typed_rope.mypy.flow.sequences import elements
from typed_rope.mypy.values import (
    UNKNOWN,
    Constant,
    Items,
    Repeated,
    Rest,
    Tensor,
    Value,
    Whole,
    number,
    sizes_of,
    whole,
)

BuiltinCall = Callable[[Frame, CallExpr, Sequence[Value]], Value]
"""Follows a call that is given so much by position; nothing where that cannot be counted."""


def _first(given: Sequence[Value]) -> Value:
    return given[0] if given else UNKNOWN


def _len(frame: Frame, call: CallExpr, given: Sequence[Value]) -> Value:
    value = _first(given)
    if isinstance(value, Tensor) and value.dims:
        first = sizes_of(value.dims).values[0]
        return Whole() if isinstance(first, Rest) else first
    counted = isinstance(value, Items) and not any(isinstance(v, Rest) for v in value.values)
    return whole(len(value.values)) if counted else Whole()  # type: ignore[union-attr] # Items


def _sequence(frame: Frame, call: CallExpr, given: Sequence[Value]) -> Value:
    value = _first(given)
    if isinstance(value, Items | Repeated):
        return value
    return Items(()) if not call.args else Repeated(elements(frame, value, call))


def _range(frame: Frame, call: CallExpr, given: Sequence[Value]) -> Value:
    return Repeated(Whole())


def _enumerate(frame: Frame, call: CallExpr, given: Sequence[Value]) -> Value:
    value = _first(given)
    if isinstance(value, Items) and len(call.args) == 1:
        rows = [Items((whole(i), one)) for i, one in enumerate(value.values)]
        if not any(isinstance(one, Rest) for one in value.values):
            return Items(tuple(rows))
    return Repeated(Items((Whole(), elements(frame, value, call))))


def _zip(frame: Frame, call: CallExpr, given: Sequence[Value]) -> Value:
    counted = [value for value in given if isinstance(value, Items)]
    if not counted or any(isinstance(v, Rest) for value in counted for v in value.values):
        return Repeated(Items(tuple(elements(frame, value, call) for value in given)))
    shortest = min(len(value.values) for value in counted)
    rows = [
        Items(tuple(_at(frame, value, place, call) for value in given)) for place in range(shortest)
    ]
    return Items(tuple(rows))


def _at(frame: Frame, value: Value, place: int, call: CallExpr) -> Value:
    found = value.values[place] if isinstance(value, Items) else elements(frame, value, call)
    return UNKNOWN if isinstance(found, Rest) else found


def _reversed(frame: Frame, call: CallExpr, given: Sequence[Value]) -> Value:
    value = _first(given)
    if isinstance(value, Items):
        return Items(tuple(reversed(value.values)))
    return Repeated(elements(frame, value, call))


def _int(frame: Frame, call: CallExpr, given: Sequence[Value]) -> Value:
    value = _first(given)
    return value if isinstance(value, Whole) else Whole()


def _extreme(choose: Callable[..., int]) -> BuiltinCall:
    def extreme(frame: Frame, call: CallExpr, given: Sequence[Value]) -> Value:
        numbers = [number(value) for value in given]
        if len(numbers) > 1 and None not in numbers:
            return whole(choose(numbers))
        return Whole() if given and any(isinstance(v, Whole) for v in given) else UNKNOWN

    return extreme


def _sum(frame: Frame, call: CallExpr, given: Sequence[Value]) -> Value:
    return Whole() if isinstance(elements(frame, _first(given), call), Whole) else UNKNOWN


def _float(frame: Frame, call: CallExpr, given: Sequence[Value]) -> Value:
    value = _first(given)
    return (
        Constant(float(value.value))
        if isinstance(value, Constant) and isinstance(value.value, float)
        else UNKNOWN
    )


def _reveal(frame: Frame, call: CallExpr, given: Sequence[Value]) -> Value:
    value = _first(given)
    frame.report.note(f"Revealed shape is {described(value)}", call)
    return value


def described(value: Value) -> str:
    """Write what is known of a value, for `reveal_shape`."""
    match value:
        case Tensor():
            return str(value)
        case Items(values=values):
            inner = ", ".join("..." if isinstance(v, Rest) else described(v) for v in values)
            return f"({inner})"
        case Repeated(value=inner_value):
            return f"[{described(inner_value)}, ...]"
        case Whole(size=size):
            return "?" if size is None else str(size)
        case _:
            return '"?"'


BUILTINS: dict[str, BuiltinCall] = {
    "builtins.len": _len,
    "builtins.list": _sequence,
    "builtins.tuple": _sequence,
    "builtins.sorted": _sequence,
    "builtins.range": _range,
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.reversed": _reversed,
    "builtins.int": _int,
    "builtins.float": _float,
    "builtins.max": _extreme(max),
    "builtins.min": _extreme(min),
    "builtins.sum": _sum,
    "typed_rope.reveal.reveal_shape": _reveal,
}
