"""From the syntax of an expression to its polynomial, where it is one."""

import ast
from collections.abc import Mapping
from fractions import Fraction

from typed_rope.shapes.size import Size

# Beyond these a formula helps nobody, and could take forever to multiply out.
_MOST_TERMS = 256
_HIGHEST_POWER = 64


def formula(tree: ast.expr, symbols: Mapping[str, str]) -> Size | None:
    """Read a tree as a polynomial; None where it is opaque: calls, `//`, `%`, comparisons, floats.

    `symbols` renames names; others stand for themselves.

    Raises: ZeroDivisionError if it divides by what is zero for all sizes.
    """
    match tree:
        case ast.Constant(value=int(value)) if not isinstance(value, bool):
            return Size.of(value)
        case ast.Name(id=name):
            return Size.symbol(symbols.get(name, name))
        case ast.UnaryOp(op=ast.UAdd() | ast.USub() as sign, operand=operand):
            size = formula(operand, symbols)
            return -size if size is not None and isinstance(sign, ast.USub) else size
        case ast.BinOp(left=left, op=operator, right=right):
            return _combine(formula(left, symbols), operator, formula(right, symbols))
        case _:
            return None


def _combine(left: Size | None, operator: ast.operator, right: Size | None) -> Size | None:
    divides = isinstance(operator, ast.Div | ast.FloorDiv | ast.Mod)
    if divides and right is not None and not right.terms:
        raise ZeroDivisionError
    if left is None or right is None:
        return None
    match operator:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return _times(left, right)
        case ast.Div():
            return left / right
        case ast.Pow():
            return _power(left, right.constant())
        case _:
            return None


def _times(left: Size, right: Size) -> Size | None:
    few = len(left.terms) * len(right.terms) <= _MOST_TERMS
    return left * right if few else None


def _power(base: Size, exponent: Fraction | None) -> Size | None:
    if exponent is None or exponent.denominator != 1 or abs(exponent) > _HIGHEST_POWER:
        return None
    if len(base.terms) <= 1:
        return base**exponent.numerator
    if exponent < 0:
        return None
    power: Size | None = Size.of(1)
    for _ in range(exponent.numerator):
        power = None if power is None else _times(power, base)
    return power
