"""Giving names values: variables, attributes, parts of tuples, and names with a declared shape."""

from collections.abc import Iterable, Iterator, Sequence

from mypy.nodes import (
    AssignmentStmt,
    Block,
    Expression,
    ForStmt,
    IfStmt,
    IndexExpr,
    ListExpr,
    MemberExpr,
    NameExpr,
    OperatorAssignmentStmt,
    StarExpr,
    Statement,
    TryStmt,
    TupleExpr,
    Var,
    WhileStmt,
    WithStmt,
)

from typed_rope.mypy.binding import Bindings, fit
from typed_rope.mypy.flow.frame import Frame
from typed_rope.mypy.flow.paths import path_of
from typed_rope.mypy.flow.renaming import forget_object
from typed_rope.mypy.flow.types import value_of
from typed_rope.mypy.results import instantiate
from typed_rope.mypy.values import (
    EMPTY,
    UNKNOWN,
    Axis,
    Items,
    Repeated,
    Rest,
    Tensor,
    Thing,
    Value,
    Whole,
    join,
    loosened,
)
from typed_rope.shapes import Size


def assign(frame: Frame, target: Expression, value: Value) -> None:
    """Give a name, an attribute or the names of a tuple a value."""
    if isinstance(target, NameExpr) and target.node is not None:
        if target.node in frame.state.values:
            forget_object(frame.state, target.name)
        frame.state.assign(target.node, _numbered(value, target))
    elif isinstance(target, MemberExpr):
        path = path_of(target)
        if path is not None:
            forget_object(frame.state, path)
            frame.state.assign(path, value)
    elif isinstance(target, TupleExpr | ListExpr):
        _assign_parts(frame, target.items, value)
    elif isinstance(target, StarExpr):
        assign(frame, target.expr, value)
    elif isinstance(target, IndexExpr):
        assign_part(frame, target, value)


def assign_part(frame: Frame, target: IndexExpr, value: Value) -> None:
    """Follow `base[index] = value`: what a tensor is given must have room there."""
    from typed_rope.mypy.flow.apply import apply
    from typed_rope.mypy.flow.expressions import evaluate

    base, index = evaluate(frame, target.base), evaluate(frame, target.index)
    if isinstance(base, Items | Repeated):
        held = EMPTY if base == EMPTY else loosened(base)
        assign(frame, target.base, join(held, Repeated(value)))
    elif isinstance(base, Tensor):
        part = apply(frame, "__getitem__", [base, index], {}, target, "index")
        if isinstance(part, Tensor) and isinstance(value, Tensor):
            apply(frame, "copy_", [part, _without_ones(value)], {}, target, "assignment")


def _without_ones(value: Tensor) -> Tensor:
    """Leave out axes of size 1 in front, as torch does where it assigns to a part."""
    dims = value.dims or ()
    while dims and isinstance(dims[0], Axis) and dims[0].size == Size.of(1):
        dims = dims[1:]
    return value if value.dims is None else value.shaped(dims)


def _numbered(value: Value, target: NameExpr) -> Value:
    """Give an unknown number a symbol: it is the same wherever the name is read."""
    if isinstance(value, Whole) and value.size is None:
        return Whole(Size.symbol(f"?{target.name}.{target.line}"), value.label or target.name)
    return value


def _assign_parts(frame: Frame, targets: Sequence[Expression], value: Value) -> None:
    for target, part in zip(targets, _parts(value, targets), strict=True):
        assign(frame, target, part)


def _parts(value: Value, targets: Sequence[Expression]) -> list[Value]:
    unknown: list[Value] = [UNKNOWN] * len(targets)
    if isinstance(value, Repeated):
        return [value if isinstance(t, StarExpr) else value.value for t in targets]
    if not isinstance(value, Items):
        return unknown
    star = next((i for i, t in enumerate(targets) if isinstance(t, StarExpr)), None)
    values = value.values
    if star is None:
        same = len(values) == len(targets) and not any(isinstance(v, Rest) for v in values)
        return [v for v in values if not isinstance(v, Rest)] if same else unknown
    behind = len(targets) - star - 1
    if len(values) < len(targets) - 1:
        return unknown
    middle = Items(values[star : len(values) - behind])
    parts = [*values[:star], middle, *values[len(values) - behind :]]
    return [UNKNOWN if isinstance(part, Rest) else part for part in parts]


def assign_declared(
    frame: Frame, target: Expression, statement: AssignmentStmt, value: Value
) -> Value:
    """Hold a value against the shape that its name is declared with."""
    node = target.node if isinstance(target, NameExpr | MemberExpr) else None
    if not isinstance(node, Var) or node.type is None:
        return value
    declared = value_of(node.type, lambda name: name if name in frame.axes else f"!{name}")
    if declared in (UNKNOWN, Tensor()) or isinstance(declared, Whole | Thing):
        return value
    bindings = Bindings({f"!{name}": axis for name, axis in frame.bound.items()})
    misfit = fit(declared, value, bindings, frame.state.facts)
    name = target.name if isinstance(target, NameExpr | MemberExpr) else "value"
    if misfit is not None:
        fix = f"{name} = (...){misfit.fix}" if misfit.fix else None
        frame.report.finding(f"{name}: {misfit.sentence}", statement.rvalue, misfit.code, fix)
    for symbol, axis in bindings.axes.items():
        frame.bound.setdefault(symbol[1:], axis)
    result = instantiate(declared, bindings, f"{name}.{statement.line}")
    _bind_new(frame, result)
    return result


def _bind_new(frame: Frame, value: Value) -> None:
    """Keep what a name stands for that nothing has bound: the next declaration means the same."""
    if isinstance(value, Tensor):
        for dim in value.dims or ():
            if isinstance(dim, Axis) and dim.label and dim.label not in frame.axes:
                frame.bound.setdefault(dim.label, dim)


def forget(frame: Frame, targets: Iterable[Expression]) -> None:
    """Forget the values of names that are assigned."""
    for target in targets:
        assign(frame, target, UNKNOWN)


def assigned_in(blocks: Iterable[Block | None]) -> Iterator[Expression]:
    """Find what is assigned somewhere in blocks."""
    for block in blocks:
        for statement in block.body if block is not None else ():
            yield from _assigned(statement)


def _assigned(statement: Statement) -> Iterator[Expression]:
    match statement:
        case AssignmentStmt():
            yield from statement.lvalues
        case OperatorAssignmentStmt():
            yield statement.lvalue
        case ForStmt():
            yield statement.index
            yield from assigned_in([statement.body, statement.else_body])
        case WhileStmt():
            yield from assigned_in([statement.body, statement.else_body])
        case IfStmt():
            yield from assigned_in([*statement.body, statement.else_body])
        case WithStmt():
            yield from (target for target in statement.target if target is not None)
            yield from assigned_in([statement.body])
        case TryStmt():
            inner = [statement.body, *statement.handlers]
            yield from assigned_in([*inner, statement.else_body, statement.finally_body])
