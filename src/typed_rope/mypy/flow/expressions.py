"""Following expressions: each has a value, and may report."""

from collections.abc import Callable

from mypy.nodes import (
    AssignmentExpr,
    AwaitExpr,
    CallExpr,
    CastExpr,
    ComparisonExpr,
    ConditionalExpr,
    DictExpr,
    EllipsisExpr,
    Expression,
    FloatExpr,
    GeneratorExpr,
    IndexExpr,
    IntExpr,
    LambdaExpr,
    ListComprehension,
    ListExpr,
    MemberExpr,
    NameExpr,
    OpExpr,
    SetExpr,
    SliceExpr,
    StarExpr,
    StrExpr,
    TupleExpr,
    UnaryExpr,
    Var,
    YieldExpr,
)

from typed_rope.mypy.dtypes import named
from typed_rope.mypy.flow.frame import Frame
from typed_rope.mypy.flow.types import NUMBERS, foreign, value_of
from typed_rope.mypy.values import (
    NONE,
    UNKNOWN,
    Constant,
    Cut,
    DtypeName,
    Items,
    Rest,
    Tensor,
    Thing,
    Value,
    Whole,
    join,
    whole,
)
from typed_rope.shapes import Size

_WRITTEN = {
    "builtins.None": NONE,
    "builtins.True": Constant(True),
    "builtins.False": Constant(False),
}


def evaluate(frame: Frame, expression: Expression | None) -> Value:
    """Tell what is known of an expression's value."""
    if expression is None:
        return NONE
    step = _STEPS.get(type(expression))
    value = UNKNOWN if step is None else step(frame, expression)
    return _by_type(frame, expression) if value == UNKNOWN else value


def _by_type(frame: Frame, expression: Expression) -> Value:
    """Tell what is known at least: that it is a number, or a tensor."""
    value = value_of(frame.type_of(expression), foreign("?"))
    plain = value in (Whole(), Tensor()) or value in NUMBERS.values()
    return value if plain else UNKNOWN


def _name(frame: Frame, expression: NameExpr) -> Value:
    if expression.fullname in _WRITTEN:
        return _WRITTEN[expression.fullname]
    if expression.node in frame.state.values:
        return frame.state.values[expression.node]
    return outside(frame, expression)


def outside(frame: Frame, expression: NameExpr | MemberExpr) -> Value:
    """Tell what is known of a name that is not the function's own, from its type."""
    fullname = expression.fullname or ""
    if fullname.startswith("torch.") and (dtypes := named(expression.name)) is not None:
        return DtypeName(dtypes)
    node = expression.node
    if isinstance(node, Var) and isinstance(node.final_value, int | float | str):
        final = node.final_value
        return whole(final) if isinstance(final, int) else Constant(final)
    value = value_of(frame.type_of(expression), foreign(expression.name), expression.name)
    if value == Whole():
        return Whole(Size.symbol(f"{{{expression.name}}}"))
    return Thing(expression.name) if value == Thing() else value


def _integer(frame: Frame, expression: IntExpr) -> Value:
    return whole(expression.value)


def _constant(frame: Frame, expression: FloatExpr | StrExpr) -> Value:
    return Constant(expression.value)


def _ellipsis(frame: Frame, expression: EllipsisExpr) -> Value:
    return Constant(...)


def _items(frame: Frame, expression: TupleExpr | ListExpr | SetExpr) -> Value:
    values: list[Value | Rest] = []
    for part in expression.items:
        if isinstance(part, StarExpr):
            inner = evaluate(frame, part.expr)
            if not isinstance(inner, Items):
                return UNKNOWN
            values += inner.values
        else:
            values.append(evaluate(frame, part))
    return Items(tuple(values))


def _dictionary(frame: Frame, expression: DictExpr) -> Value:
    for key, value in expression.items:
        evaluate(frame, key)
        evaluate(frame, value)
    return UNKNOWN


def _slice(frame: Frame, expression: SliceExpr) -> Value:
    ends = (expression.begin_index, expression.end_index, expression.stride)
    return Cut(*(None if end is None else evaluate(frame, end) for end in ends))


def _conditional(frame: Frame, expression: ConditionalExpr) -> Value:
    from typed_rope.mypy.flow.conditions import assume

    evaluate(frame, expression.cond)
    with frame.branch(frame.state.copy()):
        assume(frame, expression.cond, True)
        one = evaluate(frame, expression.if_expr)
    with frame.branch(frame.state.copy()):
        assume(frame, expression.cond, False)
        other = evaluate(frame, expression.else_expr)
    return join(one, other)


def _walrus(frame: Frame, expression: AssignmentExpr) -> Value:
    from typed_rope.mypy.flow.assignment import assign

    value = evaluate(frame, expression.value)
    assign(frame, expression.target, value)
    return evaluate(frame, expression.target)


def _operation(frame: Frame, expression: OpExpr) -> Value:
    from typed_rope.mypy.flow.conditions import assume
    from typed_rope.mypy.flow.operators import operation

    left = evaluate(frame, expression.left)
    if expression.op in ("and", "or"):
        with frame.branch(frame.state.copy()):
            assume(frame, expression.left, expression.op == "and")
            return join(left, evaluate(frame, expression.right))
    return operation(frame, expression, left, evaluate(frame, expression.right))


def _comparison(frame: Frame, expression: ComparisonExpr) -> Value:
    from typed_rope.mypy.flow.operators import comparison

    return comparison(frame, expression, [evaluate(frame, e) for e in expression.operands])


def _unary(frame: Frame, expression: UnaryExpr) -> Value:
    from typed_rope.mypy.flow.operators import unary

    return unary(frame, expression, evaluate(frame, expression.expr))


def _member(frame: Frame, expression: MemberExpr) -> Value:
    from typed_rope.mypy.flow.members import member

    return member(frame, expression)


def _index(frame: Frame, expression: IndexExpr) -> Value:
    from typed_rope.mypy.flow.subscripts import subscript

    return subscript(frame, expression)


def _call(frame: Frame, expression: CallExpr) -> Value:
    from typed_rope.mypy.flow.calls import call

    return call(frame, expression)


def _cast(frame: Frame, expression: CastExpr) -> Value:
    value = evaluate(frame, expression.expr)
    declared = value_of(expression.type, foreign("cast"), "cast")
    return (
        value if declared in (UNKNOWN, Tensor()) or value not in (UNKNOWN, Tensor()) else declared
    )


def _comprehension(frame: Frame, expression: ListComprehension | GeneratorExpr) -> Value:
    from typed_rope.mypy.flow.comprehensions import comprehension

    return comprehension(frame, expression)


def _await(frame: Frame, expression: AwaitExpr) -> Value:
    return evaluate(frame, expression.expr)


def _yield(frame: Frame, expression: YieldExpr) -> Value:
    evaluate(frame, expression.expr)
    return UNKNOWN


def _function(frame: Frame, expression: LambdaExpr) -> Value:
    return UNKNOWN


_STEPS: dict[type, Callable[..., Value]] = {
    AssignmentExpr: _walrus,
    AwaitExpr: _await,
    CallExpr: _call,
    CastExpr: _cast,
    ComparisonExpr: _comparison,
    ConditionalExpr: _conditional,
    DictExpr: _dictionary,
    EllipsisExpr: _ellipsis,
    FloatExpr: _constant,
    GeneratorExpr: _comprehension,
    IndexExpr: _index,
    IntExpr: _integer,
    LambdaExpr: _function,
    ListComprehension: _comprehension,
    ListExpr: _items,
    MemberExpr: _member,
    NameExpr: _name,
    OpExpr: _operation,
    SetExpr: _items,
    SliceExpr: _slice,
    StrExpr: _constant,
    TupleExpr: _items,
    UnaryExpr: _unary,
    YieldExpr: _yield,
}
