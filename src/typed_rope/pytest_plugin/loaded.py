"""The annotated functions of a module that is loaded, as far as the module leads to them."""

from collections.abc import Iterator
from functools import cached_property, partial
from inspect import getattr_static, unwrap
from types import CodeType, FunctionType, ModuleType
from typing import Any, get_args

from typed_rope.checking.forms import holds_tensors
from typed_rope.checking.wrapper import definition_line
from typed_rope.pytest_plugin.entry import Entry
from typed_rope.pytest_plugin.written import text_names_axes


def loaded(module: ModuleType) -> Iterator[Entry]:
    """Yield the functions, methods and checked records of a module."""
    for value in list(vars(module).values()):
        yield from _of(value, module.__name__)


def has_more(module: ModuleType) -> bool:
    """Tell whether a module may define what it does not lead to: inner functions, plain records."""
    return any(_hides(value, module.__name__) for value in list(vars(module).values()))


def _hides(value: Any, module: str) -> bool:
    if not isinstance(value, type):
        own = [function for function in _functions(value) if function.__module__ == module]
        return any(_defines_others(unwrap(function).__code__) for function in own)
    names = vars(value)
    if value.__module__ != module:
        return False
    if "__dataclass_fields__" in names or "_fields" in names:
        # Where its constructor is checked, that is what leads to it.
        if any(map(_speaks_of_tensors, names.get("__annotations__", {}).values())):
            return True
    return any(_hides(member, module) for member in list(names.values()) if member is not value)


def _defines_others(code: CodeType) -> bool:
    inner = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    # A comprehension or a lambda may stand around a lambda, and never around a `def`.
    return any(not constant.co_name.startswith("<") for constant in inner)


def _of(value: Any, module: str) -> Iterator[Entry]:
    if isinstance(value, type):
        if value.__module__ == module and not vars(value).get("_is_protocol"):
            for member in list(vars(value).values()):
                if member is not value:
                    yield from _of(member, module)
        return
    for function in _functions(value):
        # Code that has no file was generated; the class that it was made for has one.
        if function.__module__ == module and not function.__code__.co_filename.startswith("<"):
            entry = _entry(function)
            if entry is not None:
                yield entry


def _functions(value: Any) -> Iterator[FunctionType]:
    if isinstance(value, property):
        for part in (value.fget, value.fset, value.fdel):
            yield from _functions(part)
    elif isinstance(value, staticmethod | classmethod):
        yield from _functions(value.__func__)
    elif isinstance(value, cached_property | partial):
        yield from _functions(value.func)
    # Looked up without a call: a stand-in for something else may raise whatever is asked of it.
    elif isinstance(value, FunctionType) or getattr_static(value, "__wrapped__", None) is not None:
        layer = value
        while not _is_wrapper(layer) and hasattr(layer, "__wrapped__"):
            layer = layer.__wrapped__
        # What is abstract is there to be overridden, and is never called.
        if isinstance(layer, FunctionType) and not vars(layer).get("__isabstractmethod__"):
            yield layer


def _is_wrapper(layer: Any) -> bool:
    """Tell whether this is the check itself: what is wrapped around it carries its boundary too."""
    return hasattr(layer, "__boundary__") and not hasattr(layer.__wrapped__, "__boundary__")


def _entry(function: FunctionType) -> Entry | None:
    code, boundary = function.__code__, getattr(function, "__boundary__", None)
    if boundary is not None:
        forms = [parameter.form for parameter in boundary.parameters]
        forms += [] if boundary.result is None else [boundary.result]
        if not any(map(holds_tensors, forms)):
            return None
        name = boundary.function
    elif any(map(_speaks_of_tensors, function.__annotations__.values())):
        name = function.__qualname__.rpartition("<locals>.")[2]
    else:
        return None
    line = code.co_firstlineno if boundary is not None else _definition_line(function)
    return Entry(function.__module__, name, code.co_filename, line, boundary is not None)


def _definition_line(function: FunctionType) -> int:
    return definition_line(function.__code__.co_filename, function.__code__.co_firstlineno)


def _speaks_of_tensors(hint: Any) -> bool:
    if isinstance(hint, str):
        return text_names_axes(hint)
    return hasattr(hint, "dim_str") or any(map(_speaks_of_tensors, get_args(hint)))
