"""Calls: of torch's operations by their rules, of everything else by the signature."""

from collections.abc import Sequence

from mypy.nodes import CallExpr, MemberExpr, RefExpr, TypeInfo
from mypy.types import Instance

from typed_rope.mypy.flow.apply import apply
from typed_rope.mypy.flow.builtin_calls import BUILTINS
from typed_rope.mypy.flow.expressions import evaluate
from typed_rope.mypy.flow.frame import Frame
from typed_rope.mypy.flow.given import Given, given
from typed_rope.mypy.flow.lists import change, hand_over
from typed_rope.mypy.flow.making import class_of, is_torchs, make, register, use
from typed_rope.mypy.flow.members import of_object
from typed_rope.mypy.flow.paths import is_module
from typed_rope.mypy.flow.sequences import item, rank
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
    passed = given(frame, expression)
    if isinstance(used, Made):
        return _use(frame, expression, used, passed)
    name = callee.fullname if isinstance(callee, RefExpr) else ""
    if name in BUILTINS:
        return BUILTINS[name](frame, expression, passed.positional or ())
    operation = _operation(expression, name)
    if operation is not None:
        if passed.positional is None:
            return UNKNOWN
        return apply(frame, operation, passed.positional, passed.named, expression, written(callee))
    if isinstance(callee, MemberExpr) and isinstance(subject, Items | Repeated):
        return change(frame, expression, subject, passed.positional or ())
    result = call_by_signature(frame, expression, passed.values)
    register(frame, expression)
    hand_over(frame, expression.args)
    return make(frame, expression, passed.positional, passed.named) or result


def _use(frame: Frame, expression: CallExpr, used: Made, passed: Given) -> Value:
    """Tell what a module gives: torch's own by their rules, others by their `forward`."""
    if not is_torchs(used):
        kind = frame.type_of(expression.callee)
        known = isinstance(kind, Instance) and kind.type.fullname == used.kind
        found = None if known else class_of(frame, used)
        return call_by_signature(frame, expression, passed.values, found)
    inputs = [*(passed.positional or ()), *passed.named.values()]
    return use(frame, used, inputs, expression, written(expression.callee))


def _operation(expression: CallExpr, name: str) -> str | None:
    """Find the rule of a function of torch's, or of einops'; None of a class."""
    callee = expression.callee
    package, _, _ = name.partition(".")
    if isinstance(callee, RefExpr) and isinstance(callee.node, TypeInfo):
        return None
    short = name.rpartition(".")[2]
    found = {"torch": short, "einops": f"einops.{short}"}.get(package)
    return found if found in RULES else None


def _method(frame: Frame, expression: CallExpr, name: str, subject: Value) -> Value:
    passed = given(frame, expression)
    if passed.positional is None:
        return Tensor() if name in RULES else UNKNOWN
    if isinstance(subject, Tensor):
        known = _inspect(name, subject, passed.positional)
        if known is not None:
            return known
    operands = [subject, *passed.positional]
    return apply(frame, name, operands, passed.named, expression, f".{name}")


def _inspect(name: str, subject: Tensor, positional: Sequence[Value]) -> Value | None:
    """Tell what a question about a tensor gives: its sizes, its rank."""
    if name in ("dim", "ndimension"):
        axes = rank(subject)
        return Whole() if axes is None else whole(axes)
    if name == "size":
        if subject.dims is None:
            return UNKNOWN
        shape = sizes_of(subject.dims)
        return item(shape, positional[0]) if positional else shape
    if name in ("numel", "nelement"):
        return Whole()
    return None
