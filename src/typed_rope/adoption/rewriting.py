"""Put a decorator on every annotated definition of a module, in its syntax tree.

    @torch.no_grad()                     @torch.no_grad()
    def f(x: Float[Tensor, "b t"]): ...  @_typed_rope_definition_
                                         def f(x: Float[Tensor, "b t"]): ...

A function gets it innermost: whatever its own decorators make of it, they make it of the checked
function. A dataclass or NamedTuple gets it outermost, because its constructor is what is checked.
The decorator stands on the line of the `def`, so that no line number changes.
"""

import ast
from typing import Final

FUNCTION: Final = "_typed_rope_definition_"
RECORD: Final = "_typed_rope_record_"

# Whoever uses these reads the function's source, marks a stub, or has decided already.
_LEAVES_ALONE: Final = frozenset({"typed", "overload", "no_type_check", "jit", "script", "njit"})

_Definition = ast.FunctionDef | ast.AsyncFunctionDef


def rewritten(source: str | bytes, filename: str) -> ast.Module:
    """Parse a module, with the decorators in place."""
    tree = ast.parse(source, filename)
    _Decorating().visit(tree)
    return ast.fix_missing_locations(tree)


def annotations(node: _Definition) -> list[ast.expr]:
    """Return all annotations of a function, in order."""
    given = node.args
    arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    found = [argument.annotation for argument in arguments if argument is not None]
    return [annotation for annotation in [*found, node.returns] if annotation is not None]


def decorator_words(node: _Definition | ast.ClassDef) -> set[str]:
    """Return the names that decorators are made of: `torch` and `no_grad` of `@torch.no_grad()`."""
    decorators = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list]
    return {word for decorator in decorators for word in words_of(decorator)}


def words_of(expression: ast.expr) -> set[str]:
    """Return the names in an expression, behind dots too."""
    parts = list(ast.walk(expression))
    names = {part.id for part in parts if isinstance(part, ast.Name)}
    return names | {part.attr for part in parts if isinstance(part, ast.Attribute)}


class _Decorating(ast.NodeTransformer):
    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        words = decorator_words(node)
        if "no_type_check" in words:
            return node  # of the methods, too
        self.generic_visit(node)
        if (node.decorator_list or node.bases) and "typed" not in words:
            # On the line of the first decorator, or of the class: where Python says it begins.
            first = node.decorator_list[0] if node.decorator_list else node
            node.decorator_list.insert(0, _name(RECORD, first))
        return node

    def _function(self, node: _Definition) -> ast.AST:
        self.generic_visit(node)
        if annotations(node) and not decorator_words(node) & _LEAVES_ALONE:
            node.decorator_list.append(_name(FUNCTION, node))
        return node


def _name(name: str, place: ast.expr | ast.stmt) -> ast.Name:
    # One character wide: nothing that shows the place would mark the whole function.
    return ast.Name(
        name,
        ast.Load(),
        lineno=place.lineno,
        col_offset=place.col_offset,
        end_lineno=place.lineno,
        end_col_offset=place.col_offset,
    )
