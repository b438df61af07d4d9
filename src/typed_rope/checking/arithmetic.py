"""Write the comparison of a size with an expression over other sizes.

Division is exact: an odd `d` satisfies no `d/2`, and nothing is rounded. `size == d/2` is compared
as `size * 2 == d`, in integers, which torch.compile can follow with symbolic sizes too. An
expression beyond polynomials (`min(t,w)`, `d//2`) is evaluated as Python.
"""

import ast
from collections.abc import Mapping

import torch

from typed_rope.checking.names import Place
from typed_rope.checking.source import Source
from typed_rope.shapes import Expression, Sized

_OPERATORS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}


def comparison(
    source: Source,
    axis: Sized,
    size: str,
    names: Mapping[str, str],
    place: Place,
) -> None:
    """Write: `place.fail` unless `size` equals the expression of `axis`.

    `names` maps an axis name to the local that holds its size. What cannot be evaluated, or comes
    out uneven on the way, is left to the judge.
    """
    if axis.broadcast:
        with source.block(f"if {size} != 1:"):
            _comparison(source, axis.expression, size, names, place)
    else:
        _comparison(source, axis.expression, size, names, place)


def _comparison(
    source: Source,
    expression: Expression,
    size: str,
    names: Mapping[str, str],
    place: Place,
) -> None:
    tree, fail, leave = expression.tree, place.fail, place.leave
    local = dict(names) | _fields(source, expression, place)
    if expression.size is None:
        expected = source.fresh("expected")
        with source.block("try:"):
            source.line(f"{expected} = {renamed(tree, local)}")
        source.line(f"except Exception: {leave}")
        source.line(f"if {size} != {expected}: {fail}")
    elif isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Div):
        dividend = _whole(source, tree.left, local, leave)
        divisor = _whole(source, tree.right, local, leave)
        if not isinstance(tree.right, ast.Constant):
            source.line(f"if {divisor} == 0: {leave}")
        source.line(f"if {dividend} != {size} * {divisor}: {fail}")
    else:
        source.line(f"if {size} != {_whole(source, tree, local, leave)}: {fail}")


def renamed(tree: ast.expr, names: Mapping[str, str]) -> str:
    """Return the source of `tree`, with names replaced by other expressions."""

    class Rename(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            if node.id not in names:
                return node
            return ast.parse(names[node.id], mode="eval").body

    copy = ast.parse(ast.unparse(tree))
    return ast.unparse(Rename().visit(copy))


def _fields(source: Source, expression: Expression, place: Place) -> dict[str, str]:
    """Write the reading of every `{...}` once; anything but a size is left to the judge."""
    local: dict[str, str] = {}
    for field in expression.fields:
        value = source.fresh("given")
        read = renamed(ast.parse(field.text, mode="eval").body, place.scope)
        source.line(f"try: {value} = {read}")
        source.line(f"except Exception: {place.leave}")
        whole = source.constant((int, torch.SymInt), "whole")
        # A negative one would be pasted in with its sign, and `{n}**2` mean -(n**2).
        source.line(f"if not isinstance({value}, {whole}) or {value} < 0: {place.leave}")
        local[field.identifier] = value
    return local


def _whole(source: Source, tree: ast.expr, local: Mapping[str, str], leave: str) -> str:
    """Return the source of a polynomial's value; a division in it must come out even."""
    if isinstance(tree, ast.Name):
        return local[tree.id]
    if isinstance(tree, ast.UnaryOp):
        sign = "-" if isinstance(tree.op, ast.USub) else "+"
        return f"({sign}{_whole(source, tree.operand, local, leave)})"
    if not isinstance(tree, ast.BinOp):
        return ast.unparse(tree)
    left = _whole(source, tree.left, local, leave)
    right = _whole(source, tree.right, local, leave)
    if isinstance(tree.op, ast.Div):
        source.line(f"if {right} == 0 or {left} % {right}: {leave}")
        return f"({left} // {right})"
    operator = "**" if isinstance(tree.op, ast.Pow) else _OPERATORS[type(tree.op)]
    return f"({left} {operator} {right})"
