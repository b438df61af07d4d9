"""Reading `Float[Tensor, "b h t d"]` where mypy analyses types, and attaching the shape.

For type checkers jaxtyping's dtype classes are `typing.Annotated` under other names, so mypy sees
`Annotated[Tensor, "b h t d"]`: the name that was written tells the dtype. In an alias mypy drops
what follows the tensor before any plugin is asked; there it is read from the syntax tree.
"""

from collections.abc import Iterator

from mypy.nodes import (
    AssignmentStmt,
    ClassDef,
    Expression,
    IfStmt,
    ImportFrom,
    IndexExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    OpExpr,
    Statement,
    StrExpr,
    SymbolNode,
    TupleExpr,
    TypeAlias,
)
from mypy.plugin import AnalyzeTypeContext
from mypy.typeanal import TypeAnalyser
from mypy.types import RawExpressionType, Type, UnboundType, UnionType

from typed_rope.mypy.carrier import Carriers
from typed_rope.mypy.report import SHAPE
from typed_rope.shapes import ShapeSyntaxError, parse

ANNOTATED = ("typing.Annotated", "typing_extensions.Annotated")


class Annotations:
    """The hooks on types."""

    def __init__(self, carriers: Carriers) -> None:
        """Keep where shapes are attached."""
        self._carriers = carriers
        self._aliases: dict[int, tuple[MypyFile, dict[tuple[int, int], tuple[str, str]]]] = {}
        self._passing = False

    @property
    def passing(self) -> bool:
        """Tell whether mypy is asked what it would make of a type without this plugin."""
        return self._passing

    def annotated(self, context: AnalyzeTypeContext) -> Type:
        """Analyse `Annotated[...]` under whatever name."""
        written = context.type
        analyser = context.api
        if not isinstance(analyser, TypeAnalyser) or len(written.args) != 2:
            return self.plain(context)
        dtype = dtype_class(written.name, analyser.cur_mod_node)
        axes = _text(written.args[1])
        if dtype is None or axes is None:
            return self.plain(context)
        try:
            parse(axes)
        except ShapeSyntaxError as error:
            analyser.fail(str(error).splitlines()[0], written, code=SHAPE)
            return analyser.analyze_type(written.args[0])
        inner = analyser.analyze_type(written.args[0])
        return self._carriers.attach(
            inner, dtype, axes, lambda: analyser.named_type("builtins.str", [])
        )

    def array(self, context: AnalyzeTypeContext) -> Type:
        """Analyse a tensor's class: within an alias, it may have had a shape."""
        kind = self.plain(context)
        analyser = context.api
        if not isinstance(analyser, TypeAnalyser) or not analyser.defining_alias:
            return kind
        tree = analyser.cur_mod_node
        if id(tree) not in self._aliases:
            self._aliases[id(tree)] = (tree, dict(_aliases(tree.defs, tree)))
        found = self._aliases[id(tree)][1].get((context.type.line, context.type.column))
        if found is None:
            return kind
        return self._carriers.attach(kind, *found, lambda: analyser.named_type("builtins.str", []))

    def alias(self, node: SymbolNode | None) -> bool:
        """Tell whether an alias has a shape, and have mypy use it with the shape.

        It takes an alias of a class without arguments for another name of the class.
        """
        if not isinstance(node, TypeAlias) or not self._carriers.keep(node.target):
            return False
        node.no_args = False
        return True

    def plain(self, context: AnalyzeTypeContext) -> Type:
        """Analyse a type as mypy does without this plugin."""
        self._passing = True
        try:
            return context.api.analyze_type(context.type)
        finally:
            self._passing = False


def _text(argument: Type) -> str | None:
    """Read the text of an argument, which mypy has taken for a type in quotes."""
    if isinstance(argument, UnboundType | UnionType):
        return argument.original_str_expr
    literal = isinstance(argument, RawExpressionType) and isinstance(argument.literal_value, str)
    return str(argument.literal_value) if literal else None  # type: ignore[attr-defined] # literal


def dtype_class(written: str, tree: MypyFile) -> str | None:
    """Tell the dtype class that a name stands for; None where it is plain `Annotated`."""
    first, _, last = written.rpartition(".")
    if not first:
        last = _imported_as(last, tree)
    return None if last == "Annotated" else last


def _imported_as(name: str, tree: MypyFile) -> str:
    for statement in tree.imports:
        if isinstance(statement, ImportFrom):
            for original, alias in statement.names:
                if name == (alias or original):
                    # `from typing import Annotated as Wide` names a dtype class of the project's.
                    return name if original == "Annotated" and alias else original
    return name


def _aliases(
    statements: list[Statement], tree: MypyFile
) -> Iterator[tuple[tuple[int, int], tuple[str, str]]]:
    for statement in statements:
        if isinstance(statement, AssignmentStmt):
            yield from _shapes_in(statement.rvalue, tree)
        elif isinstance(statement, ClassDef):
            yield from _aliases(statement.defs.body, tree)
        elif isinstance(statement, IfStmt):
            for block in (*statement.body, statement.else_body):
                yield from _aliases(block.body, tree) if block else ()
        elif (value := getattr(statement, "value", None)) is not None:
            yield from _shapes_in(value.expr() if hasattr(value, "expr") else value, tree)


def _shapes_in(
    expression: Expression, tree: MypyFile
) -> Iterator[tuple[tuple[int, int], tuple[str, str]]]:
    if isinstance(expression, OpExpr):
        yield from _shapes_in(expression.left, tree)
        yield from _shapes_in(expression.right, tree)
    elif isinstance(expression, TupleExpr):
        for item in expression.items:
            yield from _shapes_in(item, tree)
    elif isinstance(expression, IndexExpr):
        dtype, parts = _written_name(expression.base), expression.index
        two = isinstance(parts, TupleExpr) and len(parts.items) == 2
        if dtype and two and isinstance(parts.items[1], StrExpr):  # type: ignore[attr-defined] # two
            array, text = parts.items  # type: ignore[attr-defined] # two
            name = dtype_class(dtype, tree)
            if name is not None:
                yield (array.line, array.column), (name, text.value)
        else:
            yield from _shapes_in(parts, tree)


def _written_name(expression: Expression) -> str | None:
    if isinstance(expression, NameExpr):
        return expression.name
    if isinstance(expression, MemberExpr):
        before = _written_name(expression.expr)
        return f"{before}.{expression.name}" if before else None
    return None
