"""The parts of an axis in braces: `h={heads}` takes its size from the call's own arguments.

A field is Python, evaluated over the arguments by name (and Python's builtins), and its value is
written into the expression as text before that is evaluated: jaxtyping's f-string semantics.
"""

import ast
import builtins
from collections.abc import Mapping
from dataclasses import dataclass

from typed_rope.shapes.errors import ShapeSyntaxError, UnboundNameError

_CLOSING = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Field:
    """One `{...}` of an expression."""

    text: str
    """What stands between the braces."""
    span: tuple[int, int]
    """Where it stands in the expression's text, braces included."""
    names: tuple[str, ...]
    """The arguments that it reads, in order; a builtin that is called is none of them."""
    identifier: str
    """The reserved name under which it stands in the expression's tree; no axis can have it."""

    @property
    def root(self) -> str | None:
        """The first argument that it reads: `self` of `{self.heads}`."""
        return self.names[0] if self.names else None

    @property
    def symbol(self) -> str:
        """The name under which it stands in the expression's `Size`."""
        return f"{{{self.text}}}"

    def evaluate(self, arguments: Mapping[str, object]) -> str:
        """Compute its value over the arguments of a call, and write it as text.

        Raises: UnboundNameError if it reads a name that is no argument; what its code raises.
        """
        try:
            value: object = eval(f"({self.text})", dict(arguments))
        except NameError as error:
            message = f"{{{self.text}}} reads {error.name}, which is no argument of this call"
            raise UnboundNameError(message, name=error.name) from error
        return f"{value}"


def read_field(text: str, span: tuple[int, int], origin: int, number: int) -> Field:
    """Read the field at `span` of `text`, in an expression that begins at `origin`.

    Raises: ShapeSyntaxError if it is empty, or no Python expression.
    """
    start, end = span
    inner = text[start + 1 : end - 1]
    if not inner.strip():
        raise ShapeSyntaxError.at(text, span, "nothing stands in the braces", _EXAMPLE)
    for offset, character in enumerate(inner, start + 1):
        if character in "'\\#":
            place = (offset, offset + 1)
            problem = f"{character} cannot stand in braces"
            hint = 'Quote with ".' if character == "'" else ""
            raise ShapeSyntaxError.at(text, place, problem, hint)
    try:
        tree = ast.parse(f"({inner})", mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        problem = f"Python cannot read {inner}"
        raise ShapeSyntaxError.at(text, (start + 1, end - 1), problem, _EXAMPLE) from error
    return Field(inner, (start - origin, end - origin), _arguments(tree), f"_field{number}")


def find_field_end(text: str, start: int, stop: int) -> int:
    """Find the place behind the brace that closes the one at `start`.

    Raises: ShapeSyntaxError if none does before `stop`.
    """
    awaited: list[str] = []  # never empty behind the brace at `start`
    quoted = False
    for place in range(start, stop):
        character = text[place]
        if character == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif character in _CLOSING:
            awaited.append(_CLOSING[character])
        elif character == awaited[-1]:
            awaited.pop()
            if not awaited:
                return place + 1
    raise ShapeSyntaxError.at(text, (start, start + 1), "'{' is never closed")


def called_builtins(tree: ast.AST) -> set[int]:
    """Find the names that are builtins being called, by the identity of their nodes."""
    return {
        id(node.func)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and hasattr(builtins, node.func.id)
    }


def _arguments(tree: ast.Expression) -> tuple[str, ...]:
    called = called_builtins(tree)
    read = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    written = {node.id for node in read if isinstance(node.ctx, ast.Store)}
    written |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    ordered = sorted(read, key=lambda node: (node.lineno, node.col_offset))
    names = (n.id for n in ordered if id(n) not in called and n.id not in written)
    return tuple(dict.fromkeys(names))


_EXAMPLE = 'Write an argument of the call in them, such as "{heads}" or "{self.heads}".'
