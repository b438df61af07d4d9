"""Calls: of torch's operations by their rules, of everything else by the signature."""

from collections.abc import Mapping, Sequence

from mypy.nodes import ARG_NAMED, ARG_POS, ARG_STAR, CallExpr, MemberExpr, RefExpr
from mypy.types import Instance

from typed_rope.mypy.flow.apply import apply
from typed_rope.mypy.flow.builtin_calls import BUILTINS
from typed_rope.mypy.flow.expressions import evaluate
from typed_rope.mypy.flow.frame import Frame
from typed_rope.mypy.flow.lists import change, hand_over
from typed_rope.mypy.flow.making import class_of, is_torchs, make, register, use
from typed_rope.mypy.flow.members import of_object
from typed_rope.mypy.flow.paths import is_module
from typed_rope.mypy.flow.sequences import rank
from typed_rope.mypy.flow.signatures import call_by_signature
from typed_rope.mypy.flow.written import written
from typed_rope.mypy.rules import RULES
from typed_rope.mypy.values import (
    UNKNOWN,
    Either,
    Items,
    Made,
    Repeated,
    Tensor,
    Value,
    Whole,
    sizes_of,
    whole,
)

_TORCH = ("torch.", "einops.")


def call(frame: Frame, expression: CallExpr) -> Value:
    """Tell what a call gives."""
    if expression.analyzed is not None:
        return evaluate(frame, expression.analyzed)
    callee = expression.callee
    subject: Value = UNKNOWN
    if isinstance(callee, MemberExpr) and not is_module(callee.expr):
        subject = evaluate(frame, callee.expr)
        if isinstance(subject, Tensor | Either):
            return _method(frame, expression, callee.name, subject)
        used = of_object(frame, callee, subject)
    else:
        used = evaluate(frame, callee)
    if isinstance(used, Made):
        return _use(frame, expression, used)
    name = callee.fullname if isinstance(callee, RefExpr) else ""
    if name in BUILTINS:
        positional, named = arguments(frame, expression)
        return BUILTINS[name](frame, expression, positional, named)
    short = name.rpartition(".")[2]
    if name.startswith(_TORCH) and short in RULES and callee_is_function(expression):
        positional, named = arguments(frame, expression)
        if positional is None:
            return UNKNOWN
        return apply(frame, short, positional, named, expression, written(callee))
    if isinstance(callee, MemberExpr) and isinstance(subject, Items | Repeated):
        return change(frame, expression, subject, arguments(frame, expression)[0] or [])
    result = call_by_signature(frame, expression)
    register(frame, expression)
    hand_over(frame, expression.args)
    with frame.report.quiet():
        return make(frame, expression, *arguments(frame, expression)) or result


def _use(frame: Frame, expression: CallExpr, used: Made) -> Value:
    """Tell what a module gives: torch's own by their rules, others by their `forward`."""
    if not is_torchs(used):
        kind = frame.type_of(expression.callee)
        known = isinstance(kind, Instance) and kind.type.fullname == used.kind
        return call_by_signature(frame, expression, None if known else class_of(frame, used))
    positional, named = arguments(frame, expression)
    inputs = [*(positional or ()), *named.values()]
    return use(frame, used, inputs, expression, written(expression.callee))


def callee_is_function(expression: CallExpr) -> bool:
    """Tell whether a name of torch's is called that is no class."""
    from mypy.nodes import TypeInfo

    return not isinstance(getattr(expression.callee, "node", None), TypeInfo)


def _method(frame: Frame, expression: CallExpr, name: str, subject: Value) -> Value:
    positional, named = arguments(frame, expression)
    if isinstance(subject, Tensor) and positional is not None:
        known = _inspect(name, subject, positional)
        if known is not None:
            return known
    if positional is None:
        return Tensor() if name in RULES else UNKNOWN
    return apply(frame, name, [subject, *positional], named, expression, f".{name}")


def _inspect(name: str, subject: Tensor, positional: Sequence[Value]) -> Value | None:
    """Tell what a question about a tensor gives: its sizes, its rank."""
    if name in ("dim", "ndimension"):
        axes = rank(subject)
        return Whole() if axes is None else whole(axes)
    if name == "size":
        if subject.dims is None:
            return UNKNOWN
        shape = sizes_of(subject.dims)
        from typed_rope.mypy.flow.sequences import item

        return item(shape, positional[0]) if positional else shape
    if name in ("numel", "nelement"):
        return Whole()
    return None


def arguments(frame: Frame, expression: CallExpr) -> tuple[list[Value] | None, Mapping[str, Value]]:
    """Evaluate the arguments; no list where some are passed by `*` and cannot be counted."""
    positional: list[Value] | None = []
    named: dict[str, Value] = {}
    parts = zip(expression.args, expression.arg_kinds, expression.arg_names, strict=True)
    for argument, kind, name in parts:
        value = evaluate(frame, argument)
        if kind == ARG_POS and positional is not None:
            positional.append(value)
        elif kind == ARG_NAMED and name is not None:
            named[name] = value
        elif kind == ARG_STAR and isinstance(value, Items) and positional is not None:
            positional += _spread(value)
        else:
            positional = None
    return positional, named


def _spread(value: Items) -> list[Value]:
    return list(value.values)  # type: ignore[arg-type] # a rule knows what to make of a Rest
