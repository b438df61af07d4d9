"""Divisions that leave a rest: an odd d has no d/2, and 15 rows fall into no patches of 4.

jaxtyping computes with fractions, so that of `(y/4)*(x/4)` with y = 15 and x = 16 the size is 15.
No function can return that many patches.
"""

import ast
from collections.abc import Iterator, Mapping
from contextlib import suppress

from typed_rope.shapes import Expression


def uneven_divisions(
    expression: Expression, bound: Mapping[str, int]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each division that is no whole number, innermost first, with the axes it reads."""
    for node in reversed(list(ast.walk(expression.tree))):
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Div):
            continue
        text = ast.unparse(node).replace(" ", "")
        read = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} & bound.keys()
        with suppress(Exception):  # a function of Python's may be in it, or a division by zero
            if not float(eval(text, {}, dict(bound))).is_integer():
                yield text, tuple(sorted(read))
