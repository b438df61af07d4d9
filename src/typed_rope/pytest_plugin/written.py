"""The annotated definitions of a file, read from its text and never run.

An annotation such as `Float[Tensor, "b t"]` shows as a subscript with a text in it. To parse a file
takes milliseconds, and most files have no such text.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typed_rope.adoption.rewriting import annotations, decorator_words, words_of
from typed_rope.pytest_plugin.entry import Entry

# A text behind a comma, at the end of a bracket; within a text, its quotes may be escaped.
_MAY_NAME_AXES = re.compile(r""",\s*[rRuU]?\\?["'][^\n]*["']\s*,?\s*\]""")


def written(module: str, file: Path, *, whole: bool, inner: bool) -> Iterator[Entry]:
    """Yield what the file defines; `inner`: only functions inside functions, and records."""
    try:
        text = file.read_text(encoding="utf-8")
        if _MAY_NAME_AXES.search(text) is None:
            return
        tree = ast.parse(text, str(file))
    except (SyntaxError, UnicodeDecodeError):
        return
    for node, outer in _definitions(tree, ()):
        is_inner = any(not isinstance(scope, ast.ClassDef) for scope in outer)
        if inner and not is_inner and not isinstance(node, ast.ClassDef):
            continue
        words = decorator_words(node)
        stub = words & {"overload", "abstractmethod"} or (outer and _is_protocol(outer[-1]))
        if stub or not _is_annotated(node, words):
            continue
        names: list[str] = []
        for scope in outer:
            names = [*names, scope.name] if isinstance(scope, ast.ClassDef) else []
        checked = "typed" in words or whole
        name = ".".join([*names, node.name])
        yield Entry(module, name, str(file), node.lineno, checked)


_Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _definitions(
    node: ast.AST, outer: tuple[_Scope, ...]
) -> Iterator[tuple[Any, tuple[_Scope, ...]]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _Scope):
            yield child, outer
            yield from _definitions(child, (*outer, child))
        elif not isinstance(child, ast.expr):  # there are only lambdas in those
            yield from _definitions(child, outer)


def _is_protocol(scope: _Scope) -> bool:
    return isinstance(scope, ast.ClassDef) and "Protocol" in _base_words(scope)


def _base_words(node: ast.ClassDef) -> set[str]:
    return {word for base in node.bases for word in words_of(base)}


def _is_annotated(node: _Scope, words: set[str]) -> bool:
    if isinstance(node, ast.ClassDef):
        if not {"dataclass", "NamedTuple"} & (words | _base_words(node)):
            return False
        hints = [field.annotation for field in node.body if isinstance(field, ast.AnnAssign)]
    else:
        hints = annotations(node)
    return any(map(_speaks_of_tensors, hints))


def text_names_axes(hint: str) -> bool:
    """Tell whether an annotation that is a text speaks of a tensor."""
    try:
        return _speaks_of_tensors(ast.parse(hint, mode="eval").body)
    except SyntaxError:
        return False


def _speaks_of_tensors(hint: ast.expr) -> bool:
    return any(
        _names_axes(part) or (isinstance(part, ast.Constant) and _is_hint(part.value))
        for part in ast.walk(hint)
    )


def _is_hint(text: object) -> bool:
    """Tell whether a text within an annotation is one itself, and speaks of a tensor."""
    return isinstance(text, str) and "[" in text and text_names_axes(text)


def _names_axes(node: ast.AST) -> bool:
    """Tell whether an expression is `Name[Something, "axes"]`."""
    if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Tuple):
        return False
    words, last = words_of(node.value), node.slice.elts[-1]
    literal = "Literal" in words or "Annotated" in words
    is_text = isinstance(last, ast.Constant) and isinstance(last.value, str)
    return is_text and not literal and len(node.slice.elts) == 2
