"""The decorator `@typed`: from now on, a call that does not fit its annotations is refused."""

import os
import sys
from collections.abc import Callable
from functools import cached_property
from types import FrameType, FunctionType
from typing import Any, TypeVar, cast, overload

from jaxtyping import config

from typed_rope.checking.boundary import function_boundary
from typed_rope.checking.forms import AnyForm
from typed_rope.checking.locals.check_shape import check_shape
from typed_rope.checking.locals.running import leave_alone, names_check_shape
from typed_rope.checking.records import typed_record
from typed_rope.checking.wrapper import make_wrapper

T = TypeVar("T")


@overload
def typed(target: T, /) -> T: ...


@overload
def typed(*, shapes_only: bool = False) -> Callable[[T], T]: ...


def typed(target: Any = None, /, *, shapes_only: bool = False) -> Any:
    """Check every call of a function, or every new instance of a class, against its annotations.

    Takes a function, a method (also static, class method or property), the `forward` of a module,
    a dataclass or a NamedTuple. With `shapes_only`, what has no axes in its annotation is left
    alone. Checks are left out altogether where JAXTYPING_DISABLE is set when the decorator runs.

    Raises: ShapeError at a call that does not fit; at the decoration, ShapeSyntaxError for axes
        that cannot be read, NameError for an annotation that cannot be resolved, TypeError for a
        target that cannot be checked.
    """
    frame = sys._getframe(1)
    if target is None:
        return lambda late: typed_at(late, frame, shapes_only=shapes_only)
    return typed_at(target, frame, shapes_only=shapes_only)


def typed_at(target: Any, frame: FrameType, *, shapes_only: bool) -> Any:
    """Do what `typed` does, for a target that is defined in `frame`."""
    if _disabled() or _is_marked(target):
        for function in _functions(target):
            leave_alone(function)
        return target
    if isinstance(target, staticmethod | classmethod):
        return type(target)(typed_at(target.__func__, frame, shapes_only=shapes_only))
    if isinstance(target, property):
        get, set_, delete = (
            part and typed_at(part, frame, shapes_only=shapes_only)
            for part in (target.fget, target.fset, target.fdel)
        )
        return property(get, set_, delete, target.__doc__)
    if isinstance(target, cached_property):
        return cached_property(typed_at(target.func, frame, shapes_only=shapes_only))
    if isinstance(target, type):
        return typed_record(target, frame, shapes_only=shapes_only)
    if isinstance(target, FunctionType):
        return _typed_function(target, frame, shapes_only=shapes_only)
    raise TypeError(
        f"typed: cannot check {target!r}. It takes functions, methods, properties, dataclasses and "
        "NamedTuples; decorate the function inside instead."
    )


def _disabled() -> bool:
    value = os.environ.get("JAXTYPING_DISABLE", "0").lower()
    return config.jaxtyping_disable or value in ("1", "true")


def _is_marked(target: Any) -> bool:
    """Tell whether `typing.no_type_check` stands below; a subclass does not inherit its mark."""
    marks = vars(target) if isinstance(target, type | FunctionType) else {}
    return bool(marks.get("__no_type_check__", False))


def _functions(target: Any) -> list[FunctionType]:
    """Return the functions that a target is, or is made of; those of a class are not decorated."""
    if isinstance(target, property):
        parts = [target.fget, target.fset, target.fdel]
    elif isinstance(target, cached_property):
        parts = [target.func]
    else:
        parts = [getattr(target, "__func__", target)]
    return [part for part in parts if isinstance(part, FunctionType)]


def _typed_function(function: FunctionType, frame: FrameType, shapes_only: bool) -> FunctionType:
    if hasattr(function, "__boundary__"):
        return function
    boundary = function_boundary(function, frame, shapes_only=shapes_only)
    tracked = names_check_shape(function, check_shape)
    parameters = [p for p in boundary.parameters if not isinstance(p.form, AnyForm)]
    unasked = boundary.result is None or isinstance(boundary.result, AnyForm)
    if not parameters and unasked and not tracked:
        return function
    return cast(FunctionType, make_wrapper(function, boundary, tracked=tracked))
