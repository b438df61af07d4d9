"""Having mypy call back when a function was checked, inside of that function's own scope.

mypy has hooks on calls and attributes, none at the end of a function. So a statement that does
nothing, `+0`, is put in front of each body that may hold tensors; the hook on it defers a function
of the same name, whose whole body is another `+0`, to the checker's next pass:

    def rotate(x, cos):                      pass 1      the first hook: defer
        +0                                   pass 2      the second: every expression of rotate has
        return x * cos                                   its type now, and errors are rotate's own

The scope matters to the daemon, which forgets the errors of a function when it checks it again.
Functions that mypy itself defers come by a second time, and are then looked at once more.
"""

from collections.abc import Callable, Iterator

from mypy.checker import DeferredNode, TypeChecker
from mypy.nodes import (
    Block,
    ClassDef,
    Decorator,
    Expression,
    ExpressionStmt,
    FuncDef,
    IfStmt,
    IntExpr,
    MypyFile,
    OverloadedFuncDef,
    Statement,
    TryStmt,
    UnaryExpr,
    WithStmt,
)
from mypy.plugin import MethodContext
from mypy.semanal import is_trivial_body
from mypy.types import CallableType, NoneType, Type

HOOK = "builtins.int.__pos__"
Body = FuncDef | MypyFile
Checked = Callable[[TypeChecker, Body], None]


class Probes:
    """The statements that were put into programs, and whom they belong to."""

    def __init__(self, checked: Checked) -> None:
        """Call `checked` with each function, or module, that was checked."""
        self._checked = checked
        self._first: dict[int, tuple[Expression, Body]] = {}
        self._second: dict[int, tuple[Expression, Body]] = {}
        self._waiting: set[int] = set()
        self._trees: dict[int, MypyFile] = {}

    def place(self, tree: MypyFile) -> None:
        """Put probes into every function of a module, once."""
        if id(tree) in self._trees or tree.is_stub:
            return
        self._trees[id(tree)] = tree
        for function in functions(tree.defs):
            if function.body.body and not is_trivial_body(function.body):
                probe = _nothing(function.body.body[0])
                self._first[id(probe.expr)] = (probe.expr, function)
                function.body.body.insert(0, probe)

    def hook(self, context: MethodContext) -> Type:
        """Answer a probe; of any other `+n` in a program, say what mypy says."""
        checker, key = context.api, id(context.context)
        if isinstance(checker, TypeChecker):
            if key in self._first:
                self.defer(checker, self._first[key][1])
            elif key in self._second:
                body = self._second.pop(key)[1]
                self._waiting.discard(id(body))
                self._checked(checker, body)
        return context.default_return_type

    def defer(self, checker: TypeChecker, body: Body) -> None:
        """Have a function, or a module's own statements, looked at in the next pass."""
        if id(body) in self._waiting:
            return
        self._waiting.add(id(body))
        probe = _nothing(body)
        nothing = NoneType()
        signature = CallableType([], [], [], nothing, checker.named_type("builtins.function"))
        function = FuncDef("followed", [], Block([probe]), signature)
        function._fullname = body.fullname
        if hasattr(function, "def_or_infer_vars"):  # since mypy 2: else a first pass leaves it out
            function.def_or_infer_vars = True
        function.set_line(body.line if isinstance(body, FuncDef) else 1)
        self._second[id(probe.expr)] = (probe.expr, body)
        checker.deferred_nodes.append(DeferredNode(function, None))


def _nothing(place: Statement | MypyFile) -> ExpressionStmt:
    zero = IntExpr(0)
    plus = UnaryExpr("+", zero)
    statement = ExpressionStmt(plus)
    for node in (zero, plus, statement):
        node.set_line(max(place.line, 1), max(place.column, 0))
    return statement


def functions(statements: list[Statement]) -> Iterator[FuncDef]:
    """Find the functions of a module and the methods of its classes; not those inside functions."""
    for statement in statements:
        if isinstance(statement, FuncDef):
            yield statement
        elif isinstance(statement, Decorator):
            yield statement.func
        elif isinstance(statement, OverloadedFuncDef):
            # The setters of a property are items; of an overload, only what stands behind counts.
            items = statement.items if statement.is_property else []
            yield from functions([*items, *([statement.impl] if statement.impl else [])])
        else:
            yield from functions([*_inner(statement)])


def _inner(statement: Statement) -> Iterator[Statement]:
    if isinstance(statement, ClassDef):
        yield from statement.defs.body
    elif isinstance(statement, IfStmt):
        for block in (*statement.body, statement.else_body):
            yield from block.body if block else ()
    elif isinstance(statement, TryStmt):
        for block in (statement.body, *statement.handlers, statement.else_body):
            yield from block.body if block else ()
    elif isinstance(statement, WithStmt):
        yield from statement.body.body
