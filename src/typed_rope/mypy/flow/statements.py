"""Following statements: each changes the state, and may report."""

from collections.abc import Callable, Sequence

from mypy.nodes import (
    AssertStmt,
    AssignmentStmt,
    Block,
    BreakStmt,
    ContinueStmt,
    Decorator,
    DelStmt,
    ExpressionStmt,
    ForStmt,
    FuncDef,
    IfStmt,
    MatchStmt,
    OperatorAssignmentStmt,
    RaiseStmt,
    ReturnStmt,
    Statement,
    TryStmt,
    WhileStmt,
    WithStmt,
)

from typed_rope.mypy.flow.assignment import assign, assign_declared, assigned_in, forget
from typed_rope.mypy.flow.conditions import assume
from typed_rope.mypy.flow.expressions import evaluate
from typed_rope.mypy.flow.frame import Frame, Loop
from typed_rope.mypy.flow.operators import operate_in_place
from typed_rope.mypy.flow.returns import check_return
from typed_rope.mypy.flow.sequences import elements
from typed_rope.mypy.flow.state import State, joined
from typed_rope.mypy.values import NONE, UNKNOWN

_MOST_ROUNDS = 4


def follow(frame: Frame, statements: Sequence[Statement]) -> None:
    """Follow statements in order, as far as they are reached."""
    for statement in statements:
        if not frame.state.reachable:
            return
        step = _STEPS.get(type(statement))
        if step is not None:
            step(frame, statement)


def _expression(frame: Frame, statement: ExpressionStmt) -> None:
    evaluate(frame, statement.expr)


def _assignment(frame: Frame, statement: AssignmentStmt) -> None:
    value = evaluate(frame, statement.rvalue)
    for target in statement.lvalues:
        if statement.type is not None:
            value = assign_declared(frame, target, statement, value)
        assign(frame, target, value)


def _operator_assignment(frame: Frame, statement: OperatorAssignmentStmt) -> None:
    assign(frame, statement.lvalue, operate_in_place(frame, statement))


def _return(frame: Frame, statement: ReturnStmt) -> None:
    value = NONE if statement.expr is None else evaluate(frame, statement.expr)
    if statement.expr is not None:
        check_return(frame, statement.expr, value)
    frame.state.reachable = False


def _raise(frame: Frame, statement: RaiseStmt) -> None:
    frame.state.reachable = False


def _assert(frame: Frame, statement: AssertStmt) -> None:
    evaluate(frame, statement.expr)
    assume(frame, statement.expr, True)


def _if(frame: Frame, statement: IfStmt) -> None:
    ends: list[State] = []
    for condition, block in zip(statement.expr, statement.body, strict=True):
        evaluate(frame, condition)
        with frame.branch(frame.state.copy()) as branch:
            assume(frame, condition, True)
            _block(frame, block)
        ends.append(branch)
        assume(frame, condition, False)
    if statement.else_body is not None:
        _block(frame, statement.else_body)
    frame.state.take(joined([*ends, frame.state]))


def _block(frame: Frame, block: Block | None) -> None:
    if block is not None and not block.is_unreachable:
        follow(frame, block.body)
    elif block is not None:
        frame.state.reachable = False


def _while(frame: Frame, statement: WhileStmt) -> None:
    def body() -> None:
        evaluate(frame, statement.expr)
        assume(frame, statement.expr, True)
        _block(frame, statement.body)

    _loop(frame, body, statement.else_body, [statement.body])


def _for(frame: Frame, statement: ForStmt) -> None:
    value = elements(frame, evaluate(frame, statement.expr), statement.expr)

    def body() -> None:
        assign(frame, statement.index, value)
        _block(frame, statement.body)

    _loop(frame, body, statement.else_body, [statement.body])


def _loop(
    frame: Frame, body: Callable[[], None], else_body: Block | None, blocks: Sequence[Block]
) -> None:
    """Follow a body until another round changes nothing; the first round and the last report."""
    with frame.report.unrevealed():
        _round(frame, body)
    for _ in range(max(1, _MOST_ROUNDS - len(frame.loops))):
        before = frame.state.copy()
        with frame.report.quiet():
            after = _round(frame, body)[0]
        frame.state.take(joined([before, after]))
        if frame.state.values == before.values and frame.state.facts == before.facts:
            break
    else:
        forget(frame, assigned_in(blocks))
    after, left = _round(frame, body)
    frame.state.take(joined([frame.state, after]))
    _block(frame, else_body)
    frame.state.take(joined([frame.state, *left]))


def _round(frame: Frame, body: Callable[[], None]) -> tuple[State, list[State]]:
    loop = Loop()
    frame.loops.append(loop)
    with frame.branch(frame.state.copy()) as state:
        body()
    frame.loops.pop()
    return joined([state, *loop.continued]), loop.left


def _break(frame: Frame, statement: BreakStmt) -> None:
    if frame.loops:
        frame.loops[-1].left.append(frame.state.copy())
    frame.state.reachable = False


def _continue(frame: Frame, statement: ContinueStmt) -> None:
    if frame.loops:
        frame.loops[-1].continued.append(frame.state.copy())
    frame.state.reachable = False


def _with(frame: Frame, statement: WithStmt) -> None:
    for expression, target in zip(statement.expr, statement.target, strict=True):
        evaluate(frame, expression)
        if target is not None:
            assign(frame, target, UNKNOWN)
    _block(frame, statement.body)


def _try(frame: Frame, statement: TryStmt) -> None:
    before = frame.state.copy()
    _block(frame, statement.body)
    _block(frame, statement.else_body)
    ends = [frame.state.copy()]
    for handler, name in zip(statement.handlers, statement.vars, strict=True):
        with frame.branch(before.copy()) as state:
            forget(frame, assigned_in([statement.body]))
            if name is not None:
                assign(frame, name, UNKNOWN)
            _block(frame, handler)
        ends.append(state)
    frame.state.take(joined(ends))
    if statement.finally_body is not None:
        reachable = frame.state.reachable
        frame.state.reachable = True
        _block(frame, statement.finally_body)
        frame.state.reachable = frame.state.reachable and reachable


def _match(frame: Frame, statement: MatchStmt) -> None:
    evaluate(frame, statement.subject)
    ends = [frame.state.copy()]
    for body in statement.bodies:
        with frame.branch(frame.state.copy()) as state:
            _block(frame, body)
        ends.append(state)
    frame.state.take(joined(ends))


def _delete(frame: Frame, statement: DelStmt) -> None:
    assign(frame, statement.expr, UNKNOWN)


def _function(frame: Frame, statement: FuncDef | Decorator) -> None:
    from typed_rope.mypy.flow.function import check_function

    function = statement.func if isinstance(statement, Decorator) else statement
    if frame.name:  # a function inside of another: its own axes, and nothing of the outer one's
        check_function(Frame(frame.checker, frame.report, classes=frame.classes), function)


_STEPS: dict[type, Callable[..., None]] = {
    AssertStmt: _assert,
    AssignmentStmt: _assignment,
    Block: lambda frame, block: _block(frame, block),
    BreakStmt: _break,
    ContinueStmt: _continue,
    Decorator: _function,
    DelStmt: _delete,
    ExpressionStmt: _expression,
    ForStmt: _for,
    FuncDef: _function,
    IfStmt: _if,
    MatchStmt: _match,
    OperatorAssignmentStmt: _operator_assignment,
    RaiseStmt: _raise,
    ReturnStmt: _return,
    TryStmt: _try,
    WhileStmt: _while,
    WithStmt: _with,
}
