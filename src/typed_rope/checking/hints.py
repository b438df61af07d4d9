"""Turn the annotations of a function or class into live type hints.

Annotations may be strings, one by one or in a whole module (`from __future__ import annotations`).
Their names are looked up where the author could see them: the locals of the scopes around the
definition, innermost first, then the module. A name that cannot be found is an error here, at the
decoration, because an annotation that nobody can read would be a parameter that nobody checks.
"""

import functools
import inspect
import operator
import re
import sys
import typing
from collections.abc import Iterator, Mapping
from itertools import accumulate
from types import FrameType, FunctionType, UnionType
from typing import Any, Self, Union, get_args, get_origin

import jaxtyping


class Unfinished(type):
    """Metaclass of a stand-in for a class whose body is still being executed."""

    def __instancecheck__(cls, instance: object) -> bool:
        """Go by the name, which the class will have when a call comes."""
        return any(
            (base.__module__, base.__qualname__) == (cls.__module__, cls.__qualname__)
            for base in type(instance).__mro__
        )


def as_written(function: FunctionType) -> FunctionType:
    """Return the function that other decorators have wrapped, as its author wrote it."""
    written = inspect.unwrap(function)
    return written if isinstance(written, FunctionType) else function


def function_hints(function: FunctionType, frame: FrameType | None) -> dict[str, object]:
    """Return parameter -> hint (and "return" -> hint), as written at the definition in `frame`."""
    written = as_written(function)
    around = _visible(frame, written.__globals__, written.__qualname__)
    names = {**around, **dict(_cells(written))}
    hints = _resolve(function.__qualname__, function.__annotations__, written.__globals__, names)
    owner = _unfinished(function.__qualname__.rpartition(".")[0], function.__module__)
    return {name: _without_self(hint, owner) for name, hint in hints.items()}


def class_hints(cls: type, frame: FrameType | None, *, lenient: bool = False) -> dict[str, object]:
    """Return field -> hint of a dataclass or NamedTuple, inherited fields included.

    With `lenient`, a field is left out if it cannot be resolved and its text names no tensor.
    """
    hints: dict[str, object] = {}
    for base in reversed(cls.__mro__):
        module_names = _module_names(base, frame)
        around = _visible(frame, module_names, base.__qualname__)
        names = {**around, **vars(base), base.__name__: base}
        own = inspect.get_annotations(base)
        hints |= _resolve(base.__qualname__, own, module_names, names, lenient=lenient)
    return hints


def _module_names(cls: type, frame: FrameType | None) -> dict[str, object]:
    if frame is not None and frame.f_globals.get("__name__") == cls.__module__:
        return frame.f_globals
    return vars(sys.modules[cls.__module__]) if cls.__module__ in sys.modules else {}


def _resolve(
    owner: str,
    annotations: Mapping[str, object],
    module_names: dict[str, object],
    names: Mapping[str, object],
    *,
    lenient: bool = False,
) -> dict[str, object]:
    resolved: dict[str, object] = {}
    for name, annotation in annotations.items():
        # A class, because in its body ClassVar and Final have a place as well.
        holder = type("holder", (), {"__annotations__": {name: annotation}})
        try:
            hints = typing.get_type_hints(holder, module_names, dict(names), include_extras=True)
        except NameError as error:
            if lenient and not _may_hold_tensors(annotation):
                continue
            raise NameError(
                f"typed: {owner} annotates {name} as {annotation!r}, and {error.name!r} is not "
                "defined here. Import or define it before the decorated definition (an import "
                "under TYPE_CHECKING is not there at run time), or no check can read it.",
                name=error.name,
            ) from None
        resolved[name] = hints[name]
    return resolved


def _may_hold_tensors(annotation: object) -> bool:
    """Tell whether a text that cannot be resolved speaks of a tensor, as far as its words tell."""
    words = set(re.findall(r"\w+", str(annotation)))
    # Not getattr: jaxtyping imports jax where it is asked for a name such as PyTree.
    exported = vars(jaxtyping)
    return "Tensor" in words or any(_is_dtype(exported.get(word)) for word in words)


def _is_dtype(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, jaxtyping.AbstractDtype)


def _visible(
    frame: FrameType | None, module_names: Mapping[str, object], qualname: str
) -> dict[str, object]:
    """Return what the scopes around a definition define, the innermost winning.

    Those are the scopes that its qualified name begins with, not whoever called them.
    """
    outer = qualname.split(".")[:-1]
    enclosing = set(accumulate(outer, "{}.{}".format))
    scopes: list[Mapping[str, object]] = []
    while frame is not None:
        here = frame.f_code.co_qualname
        is_scope = frame.f_globals is module_names and frame.f_locals is not frame.f_globals
        if is_scope and here in enclosing:
            enclosing.discard(here)
            scopes.append(frame.f_locals)
            if not frame.f_code.co_flags & inspect.CO_OPTIMIZED:  # the body of a class
                qualname = str(frame.f_locals.get("__qualname__", frame.f_code.co_name))
                module = str(frame.f_locals.get("__module__", ""))
                # The class has no name yet, and one of an earlier run must not be taken for it.
                scopes.append({frame.f_code.co_name: _unfinished(qualname, module)})
        frame = frame.f_back
    visible: dict[str, object] = {}
    for scope in reversed(scopes):
        visible.update(scope)
    return visible


def _unfinished(qualname: str, module: str) -> type:
    name = qualname.rpartition(".")[2] or qualname
    return Unfinished(name, (), {"__module__": module, "__qualname__": qualname})


def _without_self(hint: Any, owner: type) -> Any:
    """Put `owner` where `typing.Self` stands, which no checker can read outside its class."""
    if hint is Self:
        return owner
    arguments = get_args(hint)
    inner = tuple(_without_self(argument, owner) for argument in arguments)
    if all(new is old for new, old in zip(inner, arguments, strict=True)):
        return hint
    union = get_origin(hint) in (Union, UnionType)
    return functools.reduce(operator.or_, inner) if union else get_origin(hint)[inner]


def _cells(function: FunctionType) -> Iterator[tuple[str, object]]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:  # not assigned yet
            continue
