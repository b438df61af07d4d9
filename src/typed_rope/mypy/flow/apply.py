"""Asking a rule what an operation of torch's gives, and reporting where it would be refused."""

from collections.abc import Mapping, Sequence
from itertools import product

from mypy.nodes import CallExpr, Context, Expression, MemberExpr, OpExpr

from typed_rope.mypy.flow.frame import Frame
from typed_rope.mypy.flow.paths import is_module
from typed_rope.mypy.flow.written import as_operand
from typed_rope.mypy.rules import RULES
from typed_rope.mypy.rules.rule import Refused, Unsure
from typed_rope.mypy.values import UNKNOWN, Either, Tensor, Value, join

_MOST_CASES = 8


def apply(
    frame: Frame,
    name: str,
    positional: Sequence[Value],
    named: Mapping[str, Value],
    place: Context,
    shown: str | None = None,
) -> Value:
    """Apply the rule of an operation; of an unknown operation nothing is known.

    Where a value is one of several, each is tried: the call is wrong if all of them are.
    """
    found = RULES.get(name)
    if found is None:
        return UNKNOWN
    results: list[Value] = []
    refusal: Refused | None = None
    for case in _cases(positional):
        try:
            results.append(found(case, named, frame.known))
        except Unsure:
            results.append(_something(case))
        except Refused as refused:
            refusal = refusal or refused
    if results:
        return _joined(results)
    if refusal is not None:
        _report(frame, shown or name, refusal, place)
    return UNKNOWN


def _cases(positional: Sequence[Value]) -> list[Sequence[Value]]:
    options = [v.values if isinstance(v, Either) else (v,) for v in positional]
    cases = list(product(*options))
    return [list(case) for case in cases] if len(cases) <= _MOST_CASES else [[UNKNOWN]]


def _something(case: Sequence[Value]) -> Value:
    return Tensor() if any(isinstance(v, Tensor) for v in case) else UNKNOWN


def _joined(results: Sequence[Value]) -> Value:
    distinct = list(dict.fromkeys(results))
    if len(distinct) > 1 and all(isinstance(r, Tensor) and r.dims for r in distinct):
        return Either(tuple(distinct))
    result = distinct[0]
    for other in distinct[1:]:
        result = join(result, other)
    return result


def _report(frame: Frame, name: str, refused: Refused, place: Context) -> None:
    fix = refused.fix
    if fix is not None and fix.startswith("."):
        operand = _operand(place, refused.operand)
        fix = None if operand is None else f"{as_operand(operand)}{fix}"
    frame.report.finding(f"{name}: {refused.sentence}", place, refused.code, fix)


def _operand(place: Context, number: int) -> Expression | None:
    """Find the operand that a repair is appended to."""
    match place:
        case OpExpr():
            operands = [place.left, place.right]
        case MemberExpr():
            operands = [place.expr]
        case CallExpr(callee=MemberExpr(expr=subject)) if not is_module(subject):
            operands = [subject, *place.args]
        case CallExpr():
            operands = place.args
        case _:
            return None
    return operands[number] if -len(operands) <= number < len(operands) else None
