"""The stand-ins with which `torch.fx` records a function: they have no sizes that could be checked.

What is recorded is the body of a checked function, as if no check were there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import is_dataclass
from types import NoneType

from torch import Tensor
from torch.fx import Proxy

from typed_rope.checking.boundary import Boundary
from typed_rope.checking.forms import holds_tensors, record_names

_HOLD_NOTHING = frozenset({bool, int, float, complex, str, bytes, NoneType, Tensor})
_DEEPEST = 5  # what is nested deeper may hold itself


def is_recorded(boundary: Boundary, arguments: Mapping[str, object], *result: object) -> bool:
    """Tell whether a call has stand-ins for arguments, alone or where tensors are asked for."""
    asked = [p.name for p in boundary.parameters if holds_tensors(p.form)]
    inside = [arguments[name] for name in asked if name in arguments]
    return _holds_proxies(arguments.values(), 0) or _holds_proxies((*inside, *result), _DEEPEST)


def _holds_proxies(values: Iterable[object], depth: int) -> bool:
    # Of a long list the classes are few, and quickly found.
    if _HOLD_NOTHING.issuperset(map(type, values)):
        return False
    return any(
        isinstance(value, Proxy) or (depth > 0 and _holds_proxies(_inside(value), depth - 1))
        for value in values
    )


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return value.values()
    if isinstance(value, list | tuple):
        return value
    if is_dataclass(value):
        return [getattr(value, name, None) for name in record_names(type(value))]
    return ()
