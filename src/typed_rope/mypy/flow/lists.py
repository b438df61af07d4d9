"""Lists that change: whatever was known of their length is forgotten.

outputs = []              no values
outputs.append(x)         one value; in a loop, any number of them
collect(outputs)          any number
"""

from collections.abc import Sequence

from mypy.nodes import CallExpr, Expression, MemberExpr, NameExpr
from mypy.types import Instance

from typed_rope.mypy.flow.assignment import assign
from typed_rope.mypy.flow.expressions import evaluate
from typed_rope.mypy.flow.frame import Frame
from typed_rope.mypy.values import EMPTY, UNKNOWN, Items, Repeated, Value, join, loosened

_ADDING = {"append": 0, "add": 0, "insert": 1, "appendleft": 0}
_OTHERS = ("pop", "remove", "clear", "reverse", "sort", "popleft", "rotate")


def change(
    frame: Frame, expression: CallExpr, subject: Items | Repeated, given: Sequence[Value]
) -> Value:
    """Follow a call of a list's method, which may change it."""
    callee = expression.callee
    if not isinstance(callee, MemberExpr):
        return UNKNOWN
    if callee.name == "append" and isinstance(subject, Items) and given:
        assign(frame, callee.expr, Items((*subject.values, given[0])))
    elif callee.name in _ADDING and len(given) > _ADDING[callee.name]:
        assign(frame, callee.expr, with_one(subject, given[_ADDING[callee.name]]))
    elif callee.name == "extend" and given:
        assign(frame, callee.expr, with_more(subject, given[0]))
    elif callee.name in _OTHERS:
        assign(frame, callee.expr, loosened(subject))
    if callee.name == "copy":
        return subject
    return loosened(subject).value if callee.name in ("pop", "popleft") else UNKNOWN


def hand_over(frame: Frame, arguments: Sequence[Expression]) -> None:
    """Forget the lengths of lists that a function is given: it may change them."""
    for argument in arguments:
        kind = frame.type_of(argument)
        if isinstance(kind, Instance) and kind.type.fullname == "builtins.list":
            if isinstance(argument, NameExpr | MemberExpr):
                value = evaluate(frame, argument)
                if isinstance(value, Items):
                    assign(frame, argument, loosened(value))


def with_one(value: Items | Repeated, one: Value) -> Repeated:
    """Add a value somewhere."""
    return Repeated(one if value == EMPTY else join(loosened(value).value, one))


def with_more(value: Items | Repeated, more: Value) -> Repeated:
    """Add the values of another sequence."""
    if not isinstance(more, Items | Repeated):
        return Repeated(UNKNOWN)
    return loosened(more) if value == EMPTY else with_one(value, loosened(more).value)
