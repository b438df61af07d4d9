"""List every annotated function of a package: by its loaded modules, and by its files.

What is loaded is known exactly: a checked function carries its boundary. What is not (a module
that nobody imported, a function inside a function) is counted in the syntax tree, where
an annotation such as `Float[Tensor, "b t"]` shows as a subscript with a text in it.
"""

import ast
import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, get_args

from typed_rope.adoption.rewriting import annotations, decorator_words
from typed_rope.checking.forms import holds_tensors
from typed_rope.checking.wrapper import definition_line
from typed_rope.pytest_plugin.recorder import Place


@dataclass(frozen=True)
class Entry:
    """One annotated function, or record."""

    module: str
    name: str
    file: str
    line: int
    checked: bool

    @property
    def place(self) -> Place:
        """Where it stands, as the recorder has it."""
        return self.file, self.line, self.name


def inventory(packages: tuple[str, ...], *, adopted: frozenset[str]) -> list[Entry]:
    """List the annotated functions of `packages`; all those of `adopted` count as checked."""
    entries: dict[tuple[str, int], Entry] = {}
    for package in packages:
        for name, file in _files(package):
            module = sys.modules.get(name)
            loaded = [] if module is None else list(_loaded(module))
            for entry in loaded:
                entries.setdefault((entry.file, entry.line), entry)
            whole = package in adopted
            for entry in _written(name, file, whole=whole, inner=module is not None):
                entries.setdefault((entry.file, entry.line), entry)
    return sorted(entries.values(), key=lambda entry: (entry.module, entry.line))


def _files(package: str) -> Iterator[tuple[str, Path]]:
    """Yield every module of a package that has a file, imported or not."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):  # below a package that is nowhere, or put together by hand
        spec = None
    if spec is None:
        return
    if spec.submodule_search_locations is None:
        if spec.origin is not None:
            yield package, Path(spec.origin)
        return
    for folder in map(Path, spec.submodule_search_locations):
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            if all(part.isidentifier() for part in parts):
                inner = parts[:-1] if parts[-1] == "__init__" else parts
                yield ".".join((package, *inner)), path


def _loaded(module: ModuleType) -> Iterator[Entry]:
    for value in list(vars(module).values()):
        yield from _of(value, module.__name__)


def _of(value: Any, module: str) -> Iterator[Entry]:
    if isinstance(value, type):
        if value.__module__ == module:
            for member in list(vars(value).values()):
                if member is not value:
                    yield from _of(member, module)
        return
    for function in _functions(value):
        # Code that has no file was generated; the class that it was made for has one.
        if function.__module__ == module and not function.__code__.co_filename.startswith("<"):
            entry = _entry(function)
            if entry is not None:
                yield entry


def _functions(value: Any) -> Iterator[FunctionType]:
    if isinstance(value, property):
        for part in (value.fget, value.fset, value.fdel):
            yield from _functions(part)
    elif isinstance(value, staticmethod | classmethod):
        yield from _functions(value.__func__)
    elif isinstance(value, cached_property | partial):
        yield from _functions(value.func)
    elif isinstance(value, FunctionType) or hasattr(value, "__wrapped__"):
        layer = value
        while not _is_wrapper(layer) and hasattr(layer, "__wrapped__"):
            layer = layer.__wrapped__
        if isinstance(layer, FunctionType):
            yield layer


def _is_wrapper(layer: Any) -> bool:
    """Tell whether this is the check itself: what is wrapped around it carries its boundary too."""
    return hasattr(layer, "__boundary__") and not hasattr(layer.__wrapped__, "__boundary__")


def _entry(function: FunctionType) -> Entry | None:
    code, boundary = function.__code__, getattr(function, "__boundary__", None)
    if boundary is not None:
        forms = [parameter.form for parameter in boundary.parameters]
        forms += [] if boundary.result is None else [boundary.result]
        if not any(map(holds_tensors, forms)):
            return None
        name = boundary.function
    elif any(map(_speaks_of_tensors, function.__annotations__.values())):
        name = function.__qualname__.rpartition("<locals>.")[2]
    else:
        return None
    line = code.co_firstlineno if boundary is not None else _definition_line(function)
    return Entry(function.__module__, name, code.co_filename, line, boundary is not None)


def _definition_line(function: FunctionType) -> int:
    return definition_line(function.__code__.co_filename, function.__code__.co_firstlineno)


def _speaks_of_tensors(hint: Any) -> bool:
    if isinstance(hint, str):
        return any(map(_names_axes, ast.walk(ast.parse(hint))))
    return hasattr(hint, "dim_str") or any(map(_speaks_of_tensors, get_args(hint)))


def _written(module: str, file: Path, *, whole: bool, inner: bool) -> Iterator[Entry]:
    """List what the file defines; `inner`: only functions inside functions, and records."""
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
    except (SyntaxError, UnicodeDecodeError):
        return
    for node, outer in _definitions(tree, ()):
        is_inner = any(isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef) for scope in outer)
        if inner and not is_inner and not isinstance(node, ast.ClassDef):
            continue
        words = decorator_words(node)
        if "overload" in words or not _is_annotated(node, words):
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


def _is_annotated(node: _Scope, words: set[str]) -> bool:
    if isinstance(node, ast.ClassDef):
        bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
        if not {"dataclass", "NamedTuple"} & (words | bases):
            return False
        hints = [field.annotation for field in node.body if isinstance(field, ast.AnnAssign)]
    else:
        hints = annotations(node)
    return any(_names_axes(part) for hint in hints for part in ast.walk(hint))


def _names_axes(node: ast.AST) -> bool:
    """Tell whether an expression is `Name[Something, "axes"]`."""
    if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Tuple):
        return False
    words = {part.id for part in ast.walk(node.value) if isinstance(part, ast.Name)}
    last = node.slice.elts[-1]
    literal = "Literal" in words or "Annotated" in words
    is_text = isinstance(last, ast.Constant) and isinstance(last.value, str)
    return is_text and not literal and len(node.slice.elts) == 2
