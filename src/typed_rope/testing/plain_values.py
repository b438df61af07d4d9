"""Values for parameters that are no tensors: small ones, as functions are called with.

int 1…8, float 0.25…2, both truth values, every Literal and Enum member, a word, None where it may
be; a dataclass from such values. For anything else the caller has to say what to pass.
"""

import dataclasses
import enum
import types
from collections import abc
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import torch

from typed_rope.testing.choosing import Chooser
from typed_rope.testing.errors import UnsolvableError

_OPTIONS: dict[Any, tuple[Any, ...]] = {
    bool: (False, True),
    int: (1, 2, 3, 5, 8),
    float: (1.0, 0.5, 2.0, 0.25),
    complex: (1j, 1 + 2j),
    str: ("a", "word", ""),
    bytes: (b"a", b""),
    type(None): (None,),
    None: (None,),
    Any: (None,),
    object: (None,),
    torch.dtype: (torch.float32,),
    torch.device: (torch.device("cpu"),),
}


def plain_value(hint: Any, chooser: Chooser, name: str) -> Any:
    """Choose a value for a hint without tensors.

    Raises: UnsolvableError that asks for the argument where nobody can guess one.
    """
    origin, members = get_origin(hint), get_args(hint)
    if _is_hashable(hint) and hint in _OPTIONS:
        return _one(_OPTIONS[hint], chooser)
    if origin is Literal:
        return _one(members, chooser)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return _one(tuple(hint), chooser)
    if origin in (Union, types.UnionType):
        return _of_union(members, chooser, name)
    if origin is tuple and members and Ellipsis not in members:
        return tuple(plain_value(member, chooser, name) for member in members)
    if origin in (list, tuple, set, frozenset, abc.Sequence, abc.Collection, abc.Iterable):
        make = (
            origin
            if isinstance(origin, type) and not origin.__module__.startswith("coll")
            else list
        )
        return make(plain_value(members[0], chooser, name) for _ in range(1 + chooser.index(2)))
    if origin in (dict, abc.Mapping, abc.MutableMapping):
        return {plain_value(members[0], chooser, name): plain_value(members[1], chooser, name)}
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _record(hint, chooser, name)
    shown = getattr(hint, "__name__", hint)
    raise UnsolvableError(f"nobody can guess a {shown}: give {name}=, a value or a strategy.")


def _of_union(members: tuple[Any, ...], chooser: Chooser, name: str) -> Any:
    if type(None) in members and chooser.index(2) == 0:
        return None
    rest = [member for member in members if member is not type(None)]
    return plain_value(rest[chooser.index(len(rest))], chooser, name)


def _record(cls: Any, chooser: Chooser, name: str) -> Any:
    hints = get_type_hints(cls, include_extras=True)
    required = [
        field.name
        for field in dataclasses.fields(cls)
        if field.init
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    ]
    values = {field: plain_value(hints[field], chooser, f"{name}.{field}") for field in required}
    try:
        return cls(**values)
    except Exception as error:
        problem = f"{cls.__name__} refuses {values}: {error} Give {name}=, a value or a strategy."
        raise UnsolvableError(problem) from error


def _one(options: tuple[Any, ...], chooser: Chooser) -> Any:
    return options[chooser.index(len(options))]


def _is_hashable(hint: Any) -> bool:
    try:
        hash(hint)
    except TypeError:
        return False
    return True


__all__ = ["plain_value"]
