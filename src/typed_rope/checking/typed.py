"""The decorator `@typed`: from now on, a call that does not fit its annotations is refused."""

import dataclasses
import inspect
import os
import sys
from collections.abc import Callable, Iterable
from functools import cached_property
from types import FrameType, FunctionType
from typing import Any, TypeVar, cast, overload

from jaxtyping import config

from typed_rope.checking.boundary import Boundary, Parameter, function_boundary, make_boundary
from typed_rope.checking.forms import AnyForm, PlainForm, form_of, is_named_tuple
from typed_rope.checking.hints import class_hints
from typed_rope.checking.plain import is_plain
from typed_rope.checking.wrapper import (
    definition_line,
    make_constructor,
    make_wrapper,
)

T = TypeVar("T")


@overload
def typed(target: T, /) -> T: ...


@overload
def typed(*, shapes_only: bool = False) -> Callable[[T], T]: ...


def typed(target: Any = None, /, *, shapes_only: bool = False) -> Any:
    """Check every call of a function, or every new instance of a class, against its annotations.

    Takes a function, a method (also static, class method or property), the `forward` of a module,
    a dataclass or a NamedTuple. With `shapes_only`, parameters without tensors are left alone.
    Checks are left out altogether where JAXTYPING_DISABLE is set when the decorator runs.

    Raises: ShapeError at a call that does not fit; at the decoration, ShapeSyntaxError for axes
        that cannot be read, NameError for an annotation that cannot be resolved, TypeError for a
        target that cannot be checked.
    """
    frame = sys._getframe(1)
    if target is None:
        return lambda late: _typed(late, frame, shapes_only)
    return _typed(target, frame, shapes_only)


def _typed(target: Any, frame: FrameType, shapes_only: bool) -> Any:
    if _disabled() or getattr(target, "__no_type_check__", False):
        return target
    if isinstance(target, staticmethod | classmethod):
        return type(target)(_typed(target.__func__, frame, shapes_only))
    if isinstance(target, property):
        get, set_, delete = (
            part and _typed(part, frame, shapes_only)
            for part in (target.fget, target.fset, target.fdel)
        )
        return property(get, set_, delete, target.__doc__)
    if isinstance(target, cached_property):
        return cached_property(_typed(target.func, frame, shapes_only))
    if isinstance(target, type):
        return _typed_record(target, frame)
    if isinstance(target, FunctionType):
        return _typed_function(target, frame, shapes_only)
    raise TypeError(
        f"typed: cannot check {target!r}. It takes functions, methods, properties, dataclasses and "
        "NamedTuples; decorate the function inside instead."
    )


def _disabled() -> bool:
    value = os.environ.get("JAXTYPING_DISABLE", "0").lower()
    return config.jaxtyping_disable or value in ("1", "true")


def _typed_function(function: FunctionType, frame: FrameType, shapes_only: bool) -> FunctionType:
    if hasattr(function, "__boundary__"):
        return function
    boundary = function_boundary(function, frame, shapes_only=shapes_only)
    parameters = [p for p in boundary.parameters if not isinstance(p.form, AnyForm)]
    if not parameters and (boundary.result is None or isinstance(boundary.result, AnyForm)):
        return function
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.default is not inspect.Parameter.empty
    }
    boundary = dataclasses.replace(boundary, unchecked=_untrue(boundary, defaults))
    return cast(FunctionType, make_wrapper(function, boundary))


def _typed_record(cls: type, frame: FrameType) -> type:
    if dataclasses.is_dataclass(cls):
        names = tuple(field.name for field in dataclasses.fields(cls))
        defaults = {f.name: f.default for f in dataclasses.fields(cls)}
        constructor = "__init__"
    elif is_named_tuple(cls):
        names = tuple(cast(Any, cls)._fields)
        defaults = dict(cast(Any, cls)._field_defaults)
        constructor = "__new__"
        # The original builds the tuple without __new__; `_replace` goes through it too.
        cast(Any, cls)._make = classmethod(_make)
    else:
        raise TypeError(
            f"typed: {cls.__qualname__} is neither a dataclass nor a NamedTuple. Decorate the "
            "methods of a class (forward of a module); put @typed above @dataclass."
        )
    hints = class_hints(cls, frame)
    parameters = [Parameter(n, form_of(hints[n], frame)) for n in names if n in hints]
    boundary = make_boundary(cls.__qualname__, ("self", *names), parameters, None)
    boundary = dataclasses.replace(boundary, unchecked=_untrue(boundary, defaults))
    filename = frame.f_code.co_filename
    wrapper = make_constructor(
        cls.__dict__.get(constructor) or getattr(cls, constructor),
        boundary,
        filename,
        definition_line(filename, frame.f_lineno),
    )
    setattr(cls, constructor, wrapper)
    return cls


def _make(cls: Any, values: Iterable[object]) -> Any:
    """Make a new instance from a sequence of values."""
    return cls(*values)


def _untrue(boundary: Boundary, defaults: dict[str, object]) -> dict[str, object]:
    """Return the defaults that do not fit their own annotation, as in `x: int = None`.

    Python never checks a default, and beartype does not either.
    """
    tensors = {p.name for p in boundary.parameters if not isinstance(p.form, AnyForm | PlainForm)}
    plain = {p.name: p.form.hint for p in boundary.parameters if isinstance(p.form, PlainForm)}
    return {
        name: default
        for name, default in defaults.items()
        if default is not dataclasses.MISSING
        and (
            (name in tensors and not hasattr(default, "shape"))
            or (name in plain and not is_plain(default, plain[name]))
        )
    }
