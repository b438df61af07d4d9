"""Where a module can be broken: every node that runs, with the place it holds in its parent.

What never runs, or says nothing to a caller, is passed over: docstrings, `__all__`, what stands
under TYPE_CHECKING or @overload, type aliases, and annotations that no decorator reads.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_SILENT_CALLS = {"cast", "TypeVar", "ParamSpec", "NewType"}
_TYPES = {"Callable", "Iterable", "Iterator", "Literal", "Mapping", "Sequence"}
_TYPES |= {"dict", "frozenset", "list", "set", "tuple", "type"}
CHECKED = {"typed"}


@dataclass(frozen=True)
class Slot:
    """A node, the field of its parent that holds it, and the statement it belongs to."""

    node: ast.AST
    parent: ast.AST
    field: str
    index: int | None
    statement: ast.stmt
    scope: str
    """The dotted name of the function or class around it; empty at the top of the module."""

    def put(self, new: ast.AST) -> None:
        """Put another node into its place."""
        ast.copy_location(new, self.node)
        if self.index is None:
            setattr(self.parent, self.field, new)
        else:
            getattr(self.parent, self.field)[self.index] = new


def slots(tree: ast.Module) -> Iterator[Slot]:
    """Yield every place that can be changed, from the top of the module down."""
    for index, statement in enumerate(tree.body):
        yield from _below(Slot(statement, tree, "body", index, statement, ""))


def _below(slot: Slot) -> Iterator[Slot]:
    if _never_runs(slot.node):
        return
    yield slot
    node, scope = slot.node, slot.scope
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        scope = f"{scope}.{node.name}" if scope else node.name
    for field, value in ast.iter_fields(node):
        if field == "annotation" and not _is_read(node, slot):
            continue
        if field in ("test", "body") and is_type_checking(node):
            continue
        if field == "returns" and not _has_decorator(node, CHECKED):
            continue
        children = value if isinstance(value, list) else [value]
        for index, child in enumerate(children):
            if isinstance(child, ast.AST):
                inside = child if isinstance(child, ast.stmt) else slot.statement
                place = index if isinstance(value, list) else None
                yield from _below(Slot(child, node, field, place, inside, scope))


def _is_read(node: ast.AST, slot: Slot) -> bool:
    """Tell whether a decorator reads this annotation: of a @typed function's parameters."""
    return isinstance(node, ast.arg) and _has_decorator(slot.statement, CHECKED)


def _never_runs(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Import() | ast.ImportFrom() | ast.Pass() | ast.Global() | ast.Nonlocal():
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
        case ast.Assign(value=value) if _is_type(value):
            return True
        case ast.Call(func=ast.Name(id=name)) if name in _SILENT_CALLS:
            return True
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return _has_decorator(node, {"overload"}) or _is_stub(node)
        case _:
            return False


def is_type_checking(node: ast.AST) -> bool:
    """Tell a branch that only static checkers take."""
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def _is_type(value: ast.expr) -> bool:
    """Tell a type alias: `Literal[...]`, `tuple[int, ...]`, `Named | Fixed`."""
    match value:
        case ast.Subscript(value=ast.Name(id=name)):
            return name in _TYPES
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return all(_is_type(side) or _is_class_name(side) for side in (left, right))
        case _:
            return False


def _is_class_name(value: ast.expr) -> bool:
    match value:
        case ast.Name(id=name):
            return name[:1].isupper() or name in {"int", "float", "str", "bool", "object"}
        case ast.Attribute() | ast.Constant(value=None):
            return True
        case _:
            return False


def _is_stub(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    body = [part for part in node.body if not isinstance(part, ast.Expr | ast.Pass)]
    return not body and not any(
        isinstance(part, ast.Expr) and not isinstance(part.value, ast.Constant)
        for part in node.body
    )


def _has_decorator(node: ast.AST, names: set[str]) -> bool:
    found = getattr(node, "decorator_list", [])
    return any(decorator_name(one) in names for one in found)


def decorator_name(decorator: ast.expr) -> str:
    """Name a decorator without its module and its arguments."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return called.attr if isinstance(called, ast.Attribute) else ast.unparse(called)


def annotates(slot: Slot) -> bool:
    """Tell whether a text names the axes of an annotation: `Float[Tensor, "b t"]`."""
    pair = slot.parent
    if not isinstance(pair, ast.Tuple) or len(pair.elts) != 2 or slot.node is not pair.elts[1]:
        return False
    statement = slot.statement
    arguments = getattr(statement, "args", None)
    places = [getattr(statement, "returns", None), arguments] if arguments else []
    return any(pair in ast.walk(place) for place in places if place is not None)
