"""Arithmetic of sizes: `h * d`, `c // heads`, `t - 1`."""

from typed_rope.mypy.values import Value, Whole
from typed_rope.shapes import Size


def arithmetic(operator: str, left: Whole, right: Whole) -> Value:
    """Compute with numbers; what is no formula is unknown.

    `c // heads` is taken to be exact: where it is not, the program loses channels, and no
    annotation could say `c/heads` of it.
    """
    if left.size is None or right.size is None:
        return Whole()
    return Whole(_combined(operator, left.size, right.size))


def _combined(operator: str, left: Size, right: Size) -> Size | None:
    one, other = left.constant(), right.constant()
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "//" if one is not None and other:
            return Size.of(one // other)
        case "//" if len(left.terms) == 1 and left.terms[0][1] > 0 and right.terms:
            return left / right
        case "%" if one is not None and other:
            return Size.of(one % other)
        case "**" if other is not None and other.denominator == 1 and 0 <= other <= 8:
            return left ** int(other)
    return None
