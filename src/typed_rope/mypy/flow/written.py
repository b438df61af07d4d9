"""Writing an expression as it stands in the program, for messages."""

from mypy.nodes import (
    CallExpr,
    Expression,
    FloatExpr,
    IndexExpr,
    IntExpr,
    MemberExpr,
    NameExpr,
    OpExpr,
    SliceExpr,
    StrExpr,
    TupleExpr,
    UnaryExpr,
)

_LONGEST = 60


def written(expression: Expression | None) -> str:
    """Write an expression; what is long or rare becomes `(...)`."""
    text = _written(expression)
    return text if len(text) <= _LONGEST else "(...)"


def _written(expression: Expression | None) -> str:
    match expression:
        case None:
            return ""
        case NameExpr():
            return expression.name
        case MemberExpr():
            return f"{_operand(expression.expr)}.{expression.name}"
        case IntExpr() | FloatExpr():
            return str(expression.value)
        case StrExpr():
            return f'"{expression.value}"'
        case CallExpr():
            return f"{_operand(expression.callee)}({_arguments(expression)})"
        case IndexExpr():
            return f"{_operand(expression.base)}[{_index(expression.index)}]"
        case OpExpr():
            return f"{_operand(expression.left)} {expression.op} {_operand(expression.right)}"
        case UnaryExpr():
            return f"{expression.op}{_operand(expression.expr)}"
        case _:
            return "(...)"


def as_operand(expression: Expression) -> str:
    """Write an expression so that a method call can follow."""
    text = _operand(expression)
    return text if len(text) <= _LONGEST else "(...)"


def _operand(expression: Expression) -> str:
    text = _written(expression)
    return f"({text})" if isinstance(expression, OpExpr | UnaryExpr) else text


def _arguments(call: CallExpr) -> str:
    pairs = zip(call.args, call.arg_names, strict=True)
    return ", ".join(f"{name}={_written(arg)}" if name else _written(arg) for arg, name in pairs)


def _index(index: Expression) -> str:
    if isinstance(index, TupleExpr):
        return ", ".join(map(_index, index.items))
    if isinstance(index, SliceExpr):
        ends = f"{_written(index.begin_index)}:{_written(index.end_index)}"
        return f"{ends}:{_written(index.stride)}" if index.stride else ends
    return _written(index)
