"""Following one function from its parameters to its results."""

import sys
import traceback

from mypy.checker import TypeChecker
from mypy.nodes import FuncDef, MypyFile
from mypy.types import CallableType, Instance, Type, get_proper_type

from typed_rope.mypy.flow.constructed import constructed
from typed_rope.mypy.flow.frame import Frame
from typed_rope.mypy.flow.overriding import check_overriding
from typed_rope.mypy.flow.statements import follow
from typed_rope.mypy.flow.symbols import symbols_in
from typed_rope.mypy.flow.types import own, value_of
from typed_rope.mypy.report import Report
from typed_rope.mypy.values import (
    Repeated,
    Thing,
    Value,
    Whole,
)
from typed_rope.shapes import Size


def check_body(checker: TypeChecker, body: FuncDef | MypyFile) -> None:
    """Report what is wrong in a function, or in the statements of a module.

    An error of this plugin's own leaves the function unchecked: mypy goes on.
    """
    frame = Frame(checker, Report(checker))
    try:
        if isinstance(body, MypyFile):
            follow(frame, body.defs)
        else:
            check_overriding(frame, body)
            check_function(frame, body)
    except Exception:
        if checker.options.show_traceback:
            traceback.print_exc(file=sys.stderr)
            frame.report.note("typed_rope: this was not followed (internal error)", body)


def check_function(frame: Frame, function: FuncDef) -> None:
    """Follow a function in a frame of its own."""
    kind = get_proper_type(function.type)
    frame.name = function.name
    if isinstance(kind, CallableType):
        frame.returns = returned_type(function, kind)
    for number, argument in enumerate(function.arguments):
        declared = kind.arg_types[number] if isinstance(kind, CallableType) else None
        place = argument.variable.name
        value = named(value_of(declared, own, place), place)
        if argument.kind.is_star():
            value = Repeated(value) if not argument.kind.is_named(star=True) else Thing()
        frame.state.assign(argument.variable, value)
        frame.axes |= frozenset(symbols_in(value))
    if function.name != "__init__" and function.info:
        if function.info.module_name == frame.checker.tree.fullname:
            frame.state.facts |= constructed(frame, function.info).facts()
    follow(frame, function.body.body)


def returned_type(function: FuncDef, kind: CallableType) -> Type | None:
    """Tell what `return` must give; None where it is not the declared result."""
    result = get_proper_type(kind.ret_type)
    if function.is_coroutine and isinstance(result, Instance) and len(result.args) == 3:
        return result.args[2]
    return None if function.is_generator else kind.ret_type


def named(value: Value, name: str) -> Value:
    """Give a number the name that it is passed under, and an object its path."""
    if value == Whole():
        return Whole(Size.symbol(f"{{{name}}}"))
    return Thing(name) if value == Thing() else value
