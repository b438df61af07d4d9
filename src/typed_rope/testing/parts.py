"""The tensors inside of arguments and results: found, with the way to each, and replaced."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from torch import Tensor


def tensor_parts(value: Any, path: str) -> Iterator[tuple[str, Tensor]]:
    """Yield every tensor of a value, in lists, tuples, dictionaries and records too."""
    if isinstance(value, Tensor):
        yield path, value
    for name, part in _members(value, path):
        yield from tensor_parts(part, name)


def replaced(value: Any, path: str, change: Callable[[str, Tensor], Tensor]) -> Any:
    """Return a copy of a value in which `change` has replaced every tensor, given its path."""
    if isinstance(value, Tensor):
        return change(path, value)
    if isinstance(value, Mapping) and type(value) is dict:
        return {k: replaced(v, f"{path}[{k!r}]", change) for k, v in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        names: tuple[str, ...] = value._fields
        return type(value)(*(replaced(getattr(value, n), f"{path}.{n}", change) for n in names))
    if type(value) in (list, tuple):
        return type(value)(replaced(v, f"{path}[{i}]", change) for i, v in enumerate(value))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        held = [f.name for f in dataclasses.fields(value) if f.init]
        parts = {n: replaced(getattr(value, n), f"{path}.{n}", change) for n in held}
        if all(parts[n] is getattr(value, n) for n in held):
            return value
        # The class may refuse these tensors: that is an answer too, and the caller's to read.
        return dataclasses.replace(value, **parts)
    return value


def _members(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from ((f"{path}[{key!r}]", part) for key, part in value.items())
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        yield from ((f"{path}.{name}", getattr(value, name)) for name in value._fields)
    elif isinstance(value, list | tuple):
        yield from ((f"{path}[{i}]", part) for i, part in enumerate(value))
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for each in dataclasses.fields(value):
            yield f"{path}.{each.name}", getattr(value, each.name, None)


__all__ = ["replaced", "tensor_parts"]
