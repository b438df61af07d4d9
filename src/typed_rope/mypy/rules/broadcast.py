"""Elementwise operations: axes meet from the right, and one of size 1 gives way."""

from collections.abc import Sequence

from typed_rope.mypy.equality import Facts, compare_axes, is_unknown, is_value
from typed_rope.mypy.rules.dims import better, shape
from typed_rope.mypy.rules.rule import Refused, Unsure
from typed_rope.mypy.values import Axis, Dims, Many
from typed_rope.shapes import Size

ONE = Size.of(1)


def broadcast(operands: Sequence[Dims], facts: Facts) -> Dims:
    """Tell the axes of an elementwise result.

    Raises: Refused if two axes that meet can neither be equal nor 1; Unsure where axes of any
        number meet others.
    """
    result = operands[0]
    for dims in operands[1:]:
        result = _broadcast_two(result, dims, facts)
    return result


def _broadcast_two(left: Dims, right: Dims, facts: Facts) -> Dims:
    joined: list[Axis | Many] = []
    one, other = list(left), list(right)
    while one and other:
        a, b = one.pop(), other.pop()
        if isinstance(a, Many) or isinstance(b, Many):
            if a != b or a == Many():
                raise Unsure
            joined.append(a)
        else:
            joined.append(_meet(a, b, left, right, facts))
    if any(isinstance(d, Many) for d in joined) and (one or other):
        raise Unsure
    return (*one, *other, *reversed(joined))


def _meet(a: Axis, b: Axis, left: Dims, right: Dims, facts: Facts) -> Axis:
    if ONE in (a.size, b.size):
        return b if a.size == ONE else a
    verdict = compare_axes(a, b, facts)
    fix = _turned(left, right, facts) if verdict == "never" or _formulas(a, b) else None
    if fix is not None or verdict == "never":
        sentence = f"{a} and {b} cannot be equal in {shape(left)} and {shape(right)}"
        raise Refused(sentence, fix=fix)
    if verdict == "unknown" and _may_be_one(a) and _may_be_one(b):
        return Axis(None, a.label if a.label == b.label else None)
    return better(a, b)


def _formulas(a: Axis, b: Axis) -> bool:
    """Tell whether two different sizes are formulas of names: equal hardly ever by intention."""
    sizes = [axis.size for axis in (a, b) if axis.size is not None and not axis.broadcast]
    symbols = [symbol for size in sizes for symbol in size.symbols()]
    named = len(sizes) == 2 and all(size.symbols() for size in sizes) and sizes[0] != sizes[1]
    return named and not any(is_unknown(symbol) or is_value(symbol) for symbol in symbols)


def _may_be_one(axis: Axis) -> bool:
    """Tell whether an axis may give way; a number of the program's is taken to be another one."""
    return axis.size is None or axis.broadcast or any(map(is_unknown, axis.size.symbols()))


def _turned(left: Dims, right: Dims, facts: Facts) -> str | None:
    """Find the transposition of the right operand's last two axes that makes them meet."""
    if len(right) < 2 or any(isinstance(d, Many) for d in (*left, *right)):
        return None
    swapped = (*right[:-2], right[-1], right[-2])
    pairs = list(zip(reversed(left), reversed(swapped), strict=False))
    fits = all(
        isinstance(a, Axis) and isinstance(b, Axis)
        and (ONE in (a.size, b.size) or compare_axes(a, b, facts) == "same")
        for a, b in pairs
    )  # fmt: skip
    if not fits or len(pairs) < 2:
        return None
    return ".T" if len(right) == 2 else f".transpose({len(right) - 2}, {len(right) - 1})"
