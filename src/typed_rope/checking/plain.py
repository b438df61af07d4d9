"""Checks of hints without tensors, which are beartype's to judge.

The hints of everyday (classes, None, unions of these, literals) become an `isinstance` in the
generated code, at a tenth of the cost and open to torch.compile; every other hint becomes a call of
a small function that beartype has decorated.
"""

import types
import warnings
from abc import ABCMeta
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Union, get_args, get_origin

import torch
from beartype import BeartypeConf, beartype
from beartype.door import is_bearable
from beartype.roar import (
    BeartypeCallHintViolation,
    BeartypeDecorHintException,
    BeartypeDecorHintPep585DeprecationWarning,
)

from typed_rope.checking.hints import Unfinished
from typed_rope.checking.source import Source

# `float` accepts an int, as every static checker has it (PEP 484).
CONFIGURATION = BeartypeConf(is_pep484_tower=True)

# Protocols, and the placeholders of typing, have an isinstance of their own: not for us.
_METACLASSES = (type, ABCMeta, Unfinished)

_HOLD_NOTHING = frozenset({bool, int, float, complex, str, bytes, types.NoneType, torch.Tensor})

# Sizes are ints of another class while torch traces with symbolic shapes.
_TOWER: dict[type, tuple[type, ...]] = {
    int: (int, torch.SymInt),
    float: (float, int, torch.SymFloat, torch.SymInt),
    complex: (complex, float, int),
}


def simple_condition(source: Source, hint: Any, value: str, fail: str) -> bool:
    """Write the check that `value` satisfies `hint`, if an `isinstance` can say it."""
    classes = _classes(hint)
    if classes is not None:
        single = classes[0] if len(classes) == 1 else classes
        accepted = source.constant(single, "classes")
        source.line(f"if not isinstance({value}, {accepted}): {fail}")
    elif get_origin(hint) is Literal and all(isinstance(v, str) for v in get_args(hint)):
        literals = source.constant(frozenset(get_args(hint)), "literals")
        source.line(f"if not isinstance({value}, str) or {value} not in {literals}: {fail}")
    else:
        return False
    return True


def beartype_condition(source: Source, hint: Any, value: str, fail: str, *, function: str) -> None:
    """Write the check that `value` satisfies `hint`, as a call of beartype's own code.

    Raises: TypeError in the name of `function` if beartype cannot check such a hint.
    """
    checker = source.constant(_checker(hint, function), "beartyped")
    violation = source.constant(BeartypeCallHintViolation, "violation")
    with source.block("try:"):
        source.line(f"{checker}({value})")
    source.line(f"except {violation}: {fail}")


@dataclass(frozen=True)
class StandIn:
    """A value of which no more than its classes is known, each as module and name."""

    classes: tuple[str, ...]

    def may_be(self, hint: Any) -> bool:
        """Tell whether a value of these classes could satisfy `hint`."""
        accepted = _classes(hint)
        if accepted is None or any(type(cls) is ABCMeta for cls in accepted):
            return True
        names = {f"{cls.__module__}.{cls.__qualname__}" for cls in accepted}
        return not names.isdisjoint(self.classes)


def is_plain(value: object, hint: Any) -> bool:
    """Tell whether beartype accepts `value` for `hint`."""
    if isinstance(value, StandIn):
        return value.may_be(hint)
    if _classes(hint) is None and _holds_stand_ins(value):  # to walk a long list takes long
        return True
    if isinstance(value, torch.SymInt | torch.SymFloat):
        value = 1 if isinstance(value, torch.SymInt) else 1.0
    with _no_word_of_deprecation():
        return is_bearable(value, hint, conf=CONFIGURATION)


def _holds_stand_ins(value: object) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    items = value if isinstance(value, list | tuple) else ()
    if _HOLD_NOTHING.issuperset(map(type, items)):  # of a long list, the classes are few
        return False
    return any(isinstance(item, StandIn) or _holds_stand_ins(item) for item in items)


@contextmanager
def _no_word_of_deprecation() -> Iterator[None]:
    """Accept `typing.Sequence`: beartype would name a function of ours for it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BeartypeDecorHintPep585DeprecationWarning)
        yield


def _checker(hint: Any, function: str) -> Callable[[object], None]:
    def check(value: object) -> None:
        del value

    check.__annotations__ = {"value": hint}
    try:
        with _no_word_of_deprecation():
            return beartype(conf=CONFIGURATION)(check)
    except BeartypeDecorHintException:
        raise TypeError(
            f"typed: {function}: {_reason(hint)}, or have @typed(shapes_only=True) leave alone "
            "what holds no tensors."
        ) from None


def _reason(hint: Any) -> str:
    if isinstance(hint, type(Protocol)):
        return (
            f"{hint.__qualname__} is a Protocol that nobody can check at run time. Decorate it "
            "with @typing.runtime_checkable"
        )
    return f"beartype cannot check a value by the hint {hint!r}. Write another"


def _classes(hint: Any) -> tuple[type, ...] | None:
    """Return the classes of which a value must be an instance, where that is all there is to it."""
    if hint is None:
        return (types.NoneType,)
    if get_origin(hint) in (Union, types.UnionType):
        parts = [_classes(argument) for argument in get_args(hint)]
        if any(part is None for part in parts):
            return None
        return tuple(cls for part in parts for cls in part or ())
    if isinstance(hint, type) and type(hint) in _METACLASSES and get_origin(hint) is None:
        return _TOWER.get(hint, (hint,))
    return None
