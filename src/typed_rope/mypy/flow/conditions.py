"""What a condition tells, where it holds and where it does not.

x is None                   x is None, or what it was
x.shape[0] == y.shape[0]    one size, from here on
x.ndim == 3                 of a union, the tensors of three axes
isinstance(x, Tensor)       of a union, the tensors
"""

from collections.abc import Sequence
from dataclasses import replace

from mypy.nodes import CallExpr, ComparisonExpr, Expression, MemberExpr, NameExpr, OpExpr, UnaryExpr

from typed_rope.mypy.equality import is_unknown, is_value, single
from typed_rope.mypy.flow.assignment import assign
from typed_rope.mypy.flow.expressions import evaluate
from typed_rope.mypy.flow.frame import Frame
from typed_rope.mypy.flow.sequences import rank
from typed_rope.mypy.values import NONE, DtypeName, Either, Items, Tensor, Value, Whole, number
from typed_rope.shapes import Size


def assume(frame: Frame, condition: Expression, holds: bool) -> None:
    """Learn from a condition that holds, or does not."""
    if isinstance(condition, UnaryExpr) and condition.op == "not":
        assume(frame, condition.expr, not holds)
    elif isinstance(condition, OpExpr) and condition.op == ("and" if holds else "or"):
        assume(frame, condition.left, holds)
        assume(frame, condition.right, holds)
    elif isinstance(condition, ComparisonExpr) and len(condition.operators) == 1:
        _assume_comparison(frame, condition, holds)
    elif isinstance(condition, CallExpr) and holds:
        _assume_instance(frame, condition)


def _assume_comparison(frame: Frame, condition: ComparisonExpr, holds: bool) -> None:
    operator = condition.operators[0]
    left, right = condition.operands
    equal = holds == (operator in ("==", "is"))
    if operator in ("is", "is not"):
        _assume_none(frame, left, right, equal)
    elif operator in ("==", "!="):
        with frame.report.quiet():
            one, other = evaluate(frame, left), evaluate(frame, right)
        if equal and _assume_dtype(frame, left, other):
            return
        if not _assume_rank(frame, left, other, equal) and equal:
            _assume_equal(frame, one, other)


def _assume_none(frame: Frame, left: Expression, right: Expression, is_none: bool) -> None:
    if not isinstance(right, NameExpr) or right.fullname != "builtins.None":
        return
    with frame.report.quiet():
        value = evaluate(frame, left)
    if is_none:
        assign(frame, left, NONE)
    elif isinstance(value, Either) and NONE in value.values:
        assign(frame, left, _one_of([v for v in value.values if v != NONE]))


def _one_of(values: Sequence[Value]) -> Value:
    return values[0] if len(values) == 1 else Either(tuple(values))


def _assume_dtype(frame: Frame, left: Expression, right: Value) -> bool:
    """Learn from `x.dtype == torch.bool`."""
    if not isinstance(left, MemberExpr) or left.name != "dtype" or not isinstance(right, DtypeName):
        return False
    with frame.report.quiet():
        value = evaluate(frame, left.expr)
    if isinstance(value, Tensor):
        assign(frame, left.expr, replace(value, dtypes=right.dtypes))
    return True


def _assume_rank(frame: Frame, left: Expression, right: Value, equal: bool) -> bool:
    """Learn from `x.ndim == 3`, `x.dim() == 3` or `len(x.shape) == 3`."""
    subject, wanted = _ranked(left), number(right)
    if subject is None or wanted is None:
        return False
    with frame.report.quiet():
        value = evaluate(frame, subject)
    if isinstance(value, Either):
        kept = [v for v in value.values if rank(v) is None or (rank(v) == wanted) == equal]
        if kept:
            assign(frame, subject, _one_of(kept))
    elif isinstance(value, Tensor) and rank(value) is not None and (rank(value) == wanted) != equal:
        frame.state.reachable = False
    return True


def _ranked(expression: Expression) -> Expression | None:
    if isinstance(expression, MemberExpr) and expression.name == "ndim":
        return expression.expr
    if isinstance(expression, CallExpr):
        callee = expression.callee
        if isinstance(callee, MemberExpr) and callee.name in ("dim", "ndimension"):
            return callee.expr
        shape = expression.args[0] if len(expression.args) == 1 else None
        counts = isinstance(callee, NameExpr) and callee.fullname == "builtins.len"
        if counts and isinstance(shape, MemberExpr) and shape.name == "shape":
            return shape.expr
    return None


def _assume_equal(frame: Frame, one: Value, other: Value) -> None:
    if isinstance(one, Items) and isinstance(other, Items):
        if len(one.values) == len(other.values):
            for left, right in zip(one.values, other.values, strict=True):
                if isinstance(left, Whole) and isinstance(right, Whole):
                    _assume_equal(frame, left, right)
    elif isinstance(one, Whole) and isinstance(other, Whole):
        if one.size is not None and other.size is not None and one.size != other.size:
            _learn(frame, one.size, other.size)


def _learn(frame: Frame, one: Size, other: Size) -> None:
    """Let a symbol stand for a size: one that says less for one that says more."""
    pairs = [(single(one), other), (single(other), one)]
    for symbol, size in sorted(pairs, key=lambda pair: -_vague(pair[0])):
        if symbol is not None and symbol not in size.symbols():
            frame.state.facts[symbol] = size
            return


def _vague(symbol: str | None) -> int:
    if symbol is None:
        return -1
    return 2 if is_unknown(symbol) else int(is_value(symbol))


def _assume_instance(frame: Frame, condition: CallExpr) -> None:
    callee = condition.callee
    if not isinstance(callee, NameExpr) or callee.fullname != "builtins.isinstance":
        return
    subject, kind = condition.args[0], condition.args[-1]
    with frame.report.quiet():
        value = evaluate(frame, subject)
    named = kind.name if isinstance(kind, NameExpr | MemberExpr) else ""
    if isinstance(value, Either) and named == "Tensor":
        tensors = [v for v in value.values if isinstance(v, Tensor)]
        if tensors:
            assign(frame, subject, _one_of(tensors))
