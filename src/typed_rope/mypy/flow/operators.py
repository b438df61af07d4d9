"""Operators: of numbers, of tensors, of tuples."""

from mypy.nodes import ComparisonExpr, Expression, OperatorAssignmentStmt, OpExpr, UnaryExpr

from typed_rope.mypy.flow.apply import apply
from typed_rope.mypy.flow.frame import Frame
from typed_rope.mypy.flow.numbers import arithmetic
from typed_rope.mypy.rules.elementwise import number_kind
from typed_rope.mypy.values import (
    UNKNOWN,
    Constant,
    Either,
    Items,
    Repeated,
    Tensor,
    Value,
    Whole,
    join,
    loosened,
    number,
)

_RULES = {
    "+": "add", "-": "sub", "*": "mul", "/": "div", "//": "floor_divide", "%": "remainder",
    "**": "pow", "@": "matmul", "&": "bitwise_and", "|": "bitwise_or", "^": "bitwise_xor",
    "==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge",
    "<<": "bitwise_left_shift", ">>": "bitwise_right_shift",
}  # fmt: skip


def operate(frame: Frame, operator: str, left: Value, right: Value, place: Expression) -> Value:
    """Tell what `left operator right` gives."""
    fraction = operator == "/" or (operator == "**" and (number(right) or 0) < 0)
    if isinstance(left, Whole) and isinstance(right, Whole) and not fraction:
        return arithmetic(operator, left, right) if operator in _RULES else UNKNOWN
    kinds = (number_kind(left), number_kind(right))
    if None not in kinds:
        return Constant(complex if complex in kinds else float) if operator in _RULES else UNKNOWN
    if any(isinstance(v, Tensor | Either) for v in (left, right)):
        name = _RULES.get(operator)
        return UNKNOWN if name is None else apply(frame, name, [left, right], {}, place, operator)
    if isinstance(left, Items) and isinstance(right, Items) and operator == "+":
        return Items((*left.values, *right.values))
    if isinstance(left, Items | Repeated) and isinstance(right, Items | Repeated):
        return join(loosened(left), right) if operator == "+" else UNKNOWN
    if isinstance(left, Items) and operator == "*" and (times := number(right)) is not None:
        return Items(left.values * times)
    return UNKNOWN


def operation(frame: Frame, expression: OpExpr, left: Value, right: Value) -> Value:
    """Follow an operator between two values."""
    return operate(frame, expression.op, left, right, expression)


def comparison(frame: Frame, expression: ComparisonExpr, operands: list[Value]) -> Value:
    """Follow `a == b`; a chain of them gives a truth value."""
    if len(operands) == 2 and any(isinstance(v, Tensor) for v in operands):
        left, right = operands
        return operate(frame, expression.operators[0], left, right, expression)
    return UNKNOWN


def unary(frame: Frame, expression: UnaryExpr, value: Value) -> Value:
    """Follow a sign, `~` or `not`."""
    if expression.op == "not":
        return UNKNOWN
    if isinstance(value, Whole) and value.size is not None and expression.op in "+-":
        return Whole(-value.size if expression.op == "-" else value.size)
    if isinstance(value, Constant) and isinstance(value.value, float) and expression.op in "+-":
        return Constant(-value.value if expression.op == "-" else value.value)
    return value if isinstance(value, Tensor | Either) else UNKNOWN


def operate_in_place(frame: Frame, statement: OperatorAssignmentStmt) -> Value:
    """Follow `x += y`: a tensor keeps its axes."""
    from typed_rope.mypy.flow.expressions import evaluate

    left, right = evaluate(frame, statement.lvalue), evaluate(frame, statement.rvalue)
    if isinstance(left, Tensor) and statement.op in _RULES:
        name = _RULES[statement.op] + "_"
        return apply(frame, name, [left, right], {}, statement, f"{statement.op}=")
    return operate(frame, statement.op, left, right, statement.rvalue)
