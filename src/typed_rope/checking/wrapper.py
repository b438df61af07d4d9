"""The function that stands in for a checked one.

It has the same parameters, so Python itself binds the arguments, and it is compiled to stand on the
`def` line of the original: in a traceback it is the one frame between the caller and the error.
"""

import inspect
import linecache
import re
from collections.abc import Callable, Mapping
from functools import update_wrapper
from types import FunctionType
from typing import Any

import torch

from typed_rope.checking.boundary import Boundary
from typed_rope.checking.errors import ShapeError
from typed_rope.checking.forms import AnyForm, Unset
from typed_rope.checking.guard import make_guards
from typed_rope.checking.handing_over import block, handed_over, is_stream
from typed_rope.checking.hints import as_written
from typed_rope.checking.locals.running import Home, enter, enter_generator, leave, leave_alone
from typed_rope.checking.refuse import refuse
from typed_rope.checking.source import build
from typed_rope.checking.switch import states, unchecked
from typed_rope.checking.traced import make_traced
from typed_rope.checking.watching import announcer, watches

_MARKED = "$marked()"
_DEFINITION = re.compile(r"\s*(async\s+)?(def|class)\s")


def make_wrapper(function: FunctionType, boundary: Boundary, *, tracked: bool) -> Any:
    """Return `function` behind the check of its boundary.

    A call of a `tracked` function is on record while it runs, for those who check a local of it.
    """
    signature = inspect.signature(function)
    waits = "await " if inspect.iscoroutinefunction(function) else ""
    code = as_written(function).__code__
    filename, first = code.co_filename, code.co_firstlineno
    names = _Names(signature)
    marks: dict[str, Any] = {}
    constants = _constants(function, boundary, marks)
    if tracked:
        held = make_guards(boundary).held
        constants |= {"$home": Home(function, boundary, held), "$enter": enter, "$leave": leave}
        constants |= {"$enter_generator": enter_generator, "$leave_alone": leave_alone}
    wrapper = names.build(
        _identifier(function.__name__),
        _function_body(function, signature, boundary, waits, tracked=tracked),
        constants,
        filename=filename,
        head="async def" if waits or inspect.isasyncgenfunction(function) else "def",
        line=definition_line(filename, first),
    )
    return _dressed(wrapper, function, signature, boundary, marks)


def make_constructor(
    function: Any, fields: Boundary, given: Boundary | None, filename: str, line: int
) -> Any:
    """Return the `__init__` or `__new__` of a record, with a check of its fields behind it.

    With `given`, the arguments are checked first, because code of the user's will read them.
    """
    function = function.__func__ if isinstance(function, staticmethod) else function
    signature = inspect.signature(function)
    marks: dict[str, Any] = {}
    constants = _constants(function, fields, marks) | {"$Unset": Unset}
    if given is not None:
        constants |= _constants(function, given, marks, prefix="$given_")
    name = function.__name__
    body = _unchecked_call([f"return $function({_call(signature)})"])
    body += [] if given is None else _given_check(signature)
    body += _constructor_body(signature, fields, name)
    wrapper = _Names(signature).build(name, body, constants, filename=filename, line=line)
    return _dressed(wrapper, function, signature, fields, marks)


class _Names:
    """Puts the names of the wrapper's own, written `$name`, beside those of the parameters."""

    def __init__(self, signature: inspect.Signature) -> None:
        self.parameters = _parameters(signature)
        self.prefix = "__"
        while any(name.startswith(self.prefix) for name in signature.parameters):
            self.prefix += "_"

    def build(self, name: str, body: list[str], constants: dict[str, object], **where: Any) -> Any:
        """Compile the wrapper."""
        named = {key.replace("$", self.prefix): value for key, value in constants.items()}
        lines = [line.replace("$", self.prefix) for line in body]
        return build(name, self.parameters, lines, named, **where)


def _constants(
    function: Any, boundary: Boundary, marks: dict[str, Any], prefix: str = "$"
) -> dict[str, object]:
    guard, result_guard, _ = make_guards(boundary)
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
        "states": states,
        "unchecked": unchecked,
        "watches": watches,
        "announce": announcer(boundary),
        "marked": _marked(marks),
    }
    return {f"{prefix}{name}": value for name, value in constants.items()}


def _dressed(
    wrapper: Any,
    function: Any,
    signature: inspect.Signature,
    boundary: Boundary,
    marks: dict[str, Any],
) -> Any:
    """Give the wrapper the name, documentation and defaults of the function."""
    wrapper.__dict__ = marks  # where `no_type_check`, put above, leaves its mark
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


# Constants of the wrapper are functions where they can be: Dynamo has to know the type of each of
# them, called or not, when the wrapped function is a method of an object that it has made itself.
def _marked(marks: Mapping[str, object]) -> Callable[[], bool]:
    """Return whether `no_type_check` was put above: a constant to Dynamo, as it is soon enough."""

    def marked() -> bool:
        return "__no_type_check__" in marks

    marked._dynamo_marked_constant = True  # type: ignore[attr-defined] # read by Dynamo
    return marked


def _refuser(boundary: Boundary) -> Callable[..., ShapeError | None]:
    def refuser(arguments: tuple[object, ...], *result: object) -> ShapeError | None:
        return refuse(boundary, dict(zip(boundary.names, arguments, strict=True)), *result)

    return refuser


def _unchecked_call(call: list[str], *, tracked: bool = False) -> list[str]:
    """Write the call that is left alone, because checks are off here.

    Whether a function is marked with `no_type_check` is looked up where a check has failed: a call
    that fits is the same with or without.
    """
    lines = block("if $states and $unchecked():", call)
    if tracked:
        lines += block(f"if {_MARKED}:", ["$leave_alone($function)", *call])
    return lines


def _told(arguments: str) -> str:
    condition = f"$watches and not $tracing() and not {_MARKED}"
    return f"if {condition}: $announce(({arguments}))"


def _function_body(
    function: FunctionType,
    signature: inspect.Signature,
    boundary: Boundary,
    waits: str,
    *,
    tracked: bool,
) -> list[str]:
    arguments = "".join(f"{name}, " for name in signature.parameters)
    call = f"{waits}$function({_call(signature)})"
    alone = handed_over(function, call)
    lines = [*_unchecked_call(alone, tracked=tracked), f"$bound = $guard({arguments})"]
    lines += block("if $bound is None:", _raising(f"({arguments})", alone))
    lines.append(_told(arguments))
    checks_result = not (boundary.result is None or isinstance(boundary.result, AnyForm))
    if is_stream(function):
        known = f"$enter_generator({call}, $home, $bound, ({arguments}))" if tracked else call
        return [*lines, *handed_over(function, known)]
    if tracked:
        lines += _tracked_call(call, arguments)
    elif not checks_result:
        return [*lines, f"return {call}"]
    else:
        lines.append(f"$result = {call}")
    if checks_result:
        unproved = f"if $bound is None or not $result_guard($result, $bound, {arguments}):"
        lines += block(unproved, _raising(f"({arguments}), $result", ["return $result"]))
    return [*lines, "return $result"]


def _tracked_call(call: str, arguments: str) -> list[str]:
    return [
        f"$call = $enter($tracing(), $home, $bound, ({arguments}))",
        f"try: $result = {call}",
        "finally: $leave($tracing(), $call)",
    ]


def _given_check(signature: inspect.Signature) -> list[str]:
    alone = [f"return $function({_call(signature)})"]
    arguments = "".join(f"{name}, " for name in signature.parameters)
    refused = _raising(f"({arguments})", alone, prefix="$given_")
    return block(f"if $given_guard({arguments}) is None:", refused)


def _constructor_body(signature: inspect.Signature, boundary: Boundary, name: str) -> list[str]:
    instance = next(iter(signature.parameters)) if name == "__init__" else "$result"
    unset = {name for name, value in boundary.unchecked.items() if value is Unset}
    fields = "".join(
        f"getattr({instance}, {field!r}, $Unset), " if field in unset else f"{instance}.{field}, "
        for field in boundary.names[1:]
    )
    return [
        f"$result = $function({_call(signature)})",
        *block(
            f"if $guard({instance}, {fields}) is None:",
            _raising(f"({instance}, {fields})", ["return $result"]),
        ),
        _told(f"{instance}, {fields}"),
        "return $result",
    ]


def _raising(values: str, otherwise: list[str], prefix: str = "$") -> list[str]:
    """Write the refusal; of a function that is marked, `otherwise` is done instead."""
    text = f"{prefix}explain({prefix}describe({values}))"
    return [
        *block(f"if {_MARKED}:", otherwise),
        f"if $tracing(): raise $ShapeError({text})",
        f"$error = {prefix}refuse({values})",
        "if $error is not None: raise $error from None",
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
