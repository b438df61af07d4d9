"""The function that stands in for a checked one.

It has the same parameters, so Python itself binds the arguments, and it is compiled to stand on the
`def` line of the original: in a traceback it is the one frame between the caller and the error.
"""

import inspect
import linecache
import re
from collections.abc import Callable
from functools import update_wrapper
from types import FunctionType
from typing import Any

import torch

from typed_rope.checking.boundary import Boundary
from typed_rope.checking.errors import ShapeError
from typed_rope.checking.forms import AnyForm
from typed_rope.checking.guard import make_guards
from typed_rope.checking.hints import as_written
from typed_rope.checking.refuse import refuse
from typed_rope.checking.source import build
from typed_rope.checking.traced import make_traced

_DEFINITION = re.compile(r"\s*(async\s+)?(def|class)\s")


def make_wrapper(function: FunctionType, boundary: Boundary) -> Any:
    """Return `function` behind the check of its boundary."""
    signature = inspect.signature(function)
    waits = "await " if inspect.iscoroutinefunction(function) else ""
    code = as_written(function).__code__
    filename, first = code.co_filename, code.co_firstlineno
    wrapper = build(
        _identifier(function.__name__),
        _parameters(signature),
        _function_body(signature, boundary, waits),
        _constants(function, boundary),
        filename=filename,
        head="async def" if waits else "def",
        line=definition_line(filename, first),
    )
    return _dressed(wrapper, function, signature, boundary)


def make_constructor(
    function: Any, fields: Boundary, given: Boundary | None, filename: str, line: int
) -> Any:
    """Return the `__init__` or `__new__` of a record, with a check of its fields behind it.

    With `given`, the arguments are checked first, because code of the user's will read them.
    """
    function = function.__func__ if isinstance(function, staticmethod) else function
    signature = inspect.signature(function)
    constants = _constants(function, fields)
    if given is not None:
        constants |= _constants(function, given, prefix="__given_")
    name = function.__name__
    body = [] if given is None else _given_check(signature)
    body += _constructor_body(signature, fields, name)
    parameters = _parameters(signature)
    wrapper = build(name, parameters, body, constants, filename=filename, line=line)
    return _dressed(wrapper, function, signature, fields)


def _constants(function: Any, boundary: Boundary, prefix: str = "__") -> dict[str, object]:
    guard, result_guard = make_guards(boundary)
    describe, explain = make_traced(boundary)
    constants: dict[str, object] = {
        "function": function,
        "guard": guard,
        "result_guard": result_guard,
        "tracing": torch.compiler.is_dynamo_compiling,
        "ShapeError": ShapeError,
        "describe": describe,
        "explain": explain,
        "refuse": _refuser(boundary),
    }
    # Two underscores: no parameter of the user's may have the name of one of ours.
    return {f"{prefix}{name}": value for name, value in constants.items()}


def _dressed(wrapper: Any, function: Any, signature: inspect.Signature, boundary: Boundary) -> Any:
    """Give the wrapper the name, documentation and defaults of the function."""
    update_wrapper(wrapper, function)
    given = [p for p in signature.parameters.values() if p.default is not p.empty]
    wrapper.__defaults__ = tuple(p.default for p in given if p.kind is not p.KEYWORD_ONLY)
    wrapper.__kwdefaults__ = {p.name: p.default for p in given if p.kind is p.KEYWORD_ONLY}
    wrapper.__boundary__ = boundary
    return wrapper


def definition_line(filename: str, first: int) -> int:
    """Return the line of the `def` (or `class`) below the decorators that start at line `first`."""
    for number, line in enumerate(linecache.getlines(filename)[first - 1 :], first):
        if _DEFINITION.match(line):
            return number
    return first


def _refuser(boundary: Boundary) -> Callable[..., ShapeError | None]:
    def refuser(arguments: tuple[object, ...], *result: object) -> ShapeError | None:
        return refuse(boundary, dict(zip(boundary.names, arguments, strict=True)), *result)

    return refuser


def _function_body(signature: inspect.Signature, boundary: Boundary, waits: str) -> list[str]:
    arguments = "".join(f"{name}, " for name in signature.parameters)
    call = f"{waits}__function({_call(signature)})"
    lines = [f"__bound = __guard({arguments})", "if __bound is None:"]
    lines += _raising(f"({arguments})")
    if boundary.result is None or isinstance(boundary.result, AnyForm):
        return [*lines, f"return {call}"]
    return [
        *lines,
        f"__result = {call}",
        f"if __bound is None or not __result_guard(__result, __bound, {arguments}):",
        *_raising(f"({arguments}), __result"),
        "return __result",
    ]


def _given_check(signature: inspect.Signature) -> list[str]:
    arguments = "".join(f"{name}, " for name in signature.parameters)
    return [
        f"if __given_guard({arguments}) is None:",
        *_raising(f"({arguments})", prefix="__given_"),
    ]


def _constructor_body(signature: inspect.Signature, boundary: Boundary, name: str) -> list[str]:
    instance = next(iter(signature.parameters)) if name == "__init__" else "__result"
    fields = "".join(f"{instance}.{name}, " for name in boundary.names[1:])
    return [
        f"__result = __function({_call(signature)})",
        f"if __guard({instance}, {fields}) is None:",
        *_raising(f"({instance}, {fields})"),
        "return __result",
    ]


def _raising(values: str, prefix: str = "__") -> list[str]:
    text = f"{prefix}explain({prefix}describe({values}))"
    return [
        f"    if __tracing(): raise __ShapeError({text})",
        f"    __error = {prefix}refuse({values})",
        "    if __error is not None: raise __error from None",
    ]


def _parameters(signature: inspect.Signature) -> str:
    """Write the parameters; the defaults are put in afterwards, as objects."""
    bare = [
        parameter.replace(
            annotation=inspect._empty,
            default=parameter.default if parameter.default is inspect._empty else _Pending(),
        )
        for parameter in signature.parameters.values()
    ]
    return str(inspect.Signature(bare))[1:-1]


class _Pending:
    def __repr__(self) -> str:
        return "None"


def _call(signature: inspect.Signature) -> str:
    written: dict[Any, str] = {
        inspect.Parameter.VAR_POSITIONAL: "*{0}",
        inspect.Parameter.KEYWORD_ONLY: "{0}={0}",
        inspect.Parameter.VAR_KEYWORD: "**{0}",
    }
    parameters = signature.parameters.values()
    return ", ".join(written.get(p.kind, "{0}").format(p.name) for p in parameters)


def _identifier(name: str) -> str:
    return name if name.isidentifier() else "function"  # "<lambda>"
