"""A computed size: arithmetic on axis names, numbers, fields and Python's own functions.

    text     "min(t,w)+{n}"
    names    {"t", "w"}           what it reads; min is called, and no axis
    fields   {n}                  a value of the call's arguments, `_field0` in the tree
    tree     ast: min(t, w) + _field0
    size     None                 no polynomial: opaque

The tree and the text agree on every value where each field is a whole number, and not negative
where it is the base of a power: jaxtyping pastes a field's value as text, so that `{n}**2` with
n = -3 is -3**2 = -9. `evaluate` does as jaxtyping does.
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from typed_rope.shapes.errors import ShapeSyntaxError, UnboundNameError
from typed_rope.shapes.fields import Field, called_builtins, read_field
from typed_rope.shapes.formula import formula
from typed_rope.shapes.size import Size
from typed_rope.shapes.tokens import Token, tokenize

_NAME = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Expression:
    """The right side of `name=expr`, or an axis that is more than a name or a number."""

    text: str
    names: frozenset[str]
    """The axes that it reads; a builtin that is called, as `min`, is none of them."""
    fields: tuple[Field, ...]
    """Its parts in braces."""
    tree: ast.expr = field(compare=False, repr=False)
    """Its syntax; a field is a `Name` with the field's identifier."""
    size: Size | None
    """Its formula, a field being a symbol with its braces; None where it is no polynomial."""

    def evaluate(self, bindings: Mapping[str, int], arguments: Mapping[str, object]) -> int | float:
        """Compute it as jaxtyping does: the fields' values as text, then over the bound axes.

        Raises: UnboundNameError if it reads an axis that is not bound or a name that is no
            argument; TypeError if it is no number; what its code raises, as ZeroDivisionError.
        """
        written = self._with_values(arguments)
        try:
            value: object = eval(written, dict(bindings))
        except NameError as error:
            message = f"{self.text} reads {error.name}, which is not bound"
            raise UnboundNameError(message, name=error.name) from error
        if isinstance(value, int | float):
            return value
        raise TypeError(f"{self.text} is {value!r}, which is no number")

    def where(self, name: str) -> tuple[int, int]:
        """Find the first place where it reads `name`, in its own text."""
        for word in _NAME.finditer(self.text):
            in_field = any(start < word.start() < end for start, end in self._field_spans())
            if word.group() == name and not in_field:
                return word.span()
        return (0, len(self.text))

    def _field_spans(self) -> list[tuple[int, int]]:
        return [part.span for part in self.fields]

    def _with_values(self, arguments: Mapping[str, object]) -> str:
        pieces, end = [], 0
        for part in self.fields:
            pieces += [self.text[end : part.span[0]], part.evaluate(arguments)]
            end = part.span[1]
        return "".join([*pieces, self.text[end:]])


def read_expression(text: str, start: int, stop: int) -> Expression:
    """Read `text[start:stop]`, the part of a shape's text that holds an expression.

    Raises: ShapeSyntaxError if it cannot be read, or if no call could ever satisfy it.
    """
    tokens = tokenize(text, start, stop)
    found = [token.span for token in tokens if token.kind == "field"]
    fields = tuple(read_field(text, span, start, number) for number, span in enumerate(found))
    tree = _tree(text, (start, stop), tokens)
    _check_values(text, (start, stop), tree)
    called = called_builtins(tree)
    identifiers = {part.identifier: part.symbol for part in fields}
    read = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    axes = (node.id for node in read if id(node) not in called and node.id not in identifiers)
    names = frozenset(axes)
    try:
        size = formula(tree, identifiers)
    except ZeroDivisionError:
        raise ShapeSyntaxError.at(text, (start, stop), "it divides by zero") from None
    return Expression(text[start:stop], names, fields, tree, size)


def _tree(text: str, span: tuple[int, int], tokens: list[Token]) -> ast.expr:
    numbers = iter(range(len(tokens)))
    words = [f"_field{next(numbers)}" if t.kind == "field" else t.text for t in tokens]
    try:
        return ast.parse("".join(words), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        problem = f"Python cannot read {text[slice(*span)]}"
        raise ShapeSyntaxError.at(text, span, problem) from error


def _check_values(text: str, span: tuple[int, int], tree: ast.expr) -> None:
    if isinstance(tree, ast.Compare):
        problem = "a size is a number, not a comparison"
        raise ShapeSyntaxError.at(text, span, problem)
    groups = [tree, *(child for node in ast.walk(tree) for child in _parts(node))]
    if any(isinstance(node, ast.Tuple | ast.List) for node in groups):
        problem = "a size is one number, not several"
        raise ShapeSyntaxError.at(text, span, problem, "Separate axes by spaces.")


def _parts(node: ast.AST) -> list[ast.AST]:
    return [] if isinstance(node, ast.Call) else list(ast.iter_child_nodes(node))
