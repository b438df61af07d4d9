"""Can two sizes be equal? Yes for certain, never, or nobody knows before the program runs.

    t        t             same
    t        s             never     two axes of one function are two axes, whatever their sizes
    t        t+1           never
    s*{n}    s             never     it would take n = 1
    t        {n}           unknown   a number of the program's may well be the size of an axis
    c        {h}*{d}       unknown   as a configuration sees to it
    c        768           unknown   a named axis may have one size only in practice
    8        16            never
    t        ?n.12         unknown

"Never" is what a finding rests on, so it is said only where the promise of the signature, to hold
for all sizes of its axes, would be broken.
"""

from collections.abc import Mapping
from typing import Literal

from typed_rope.mypy.values import Axis
from typed_rope.shapes import Size

Verdict = Literal["same", "never", "unknown"]
Facts = Mapping[str, Size]
"""What the program has asserted: the size that a symbol stands for."""


def is_value(symbol: str) -> bool:
    """Tell whether a symbol is a number of the program's, and no axis."""
    return symbol.startswith("{")


def is_unknown(symbol: str) -> bool:
    """Tell whether a symbol stands for a size that nothing is known of."""
    return symbol.startswith("?")


def resolved(size: Size, facts: Facts) -> Size:
    """Write a size with what has been asserted."""
    for _ in range(len(facts)):
        named = {symbol: facts[symbol] for symbol in size.symbols() & facts.keys()}
        if not named:
            break
        replaced = size.substitute(named)
        if replaced is None:
            break
        size = replaced
    return size


def compare(left: Size | None, right: Size | None, facts: Facts) -> Verdict:
    """Compare two sizes."""
    if left is None or right is None:
        return "unknown"
    left, right = resolved(left, facts), resolved(right, facts)
    if left == right:
        return "same"
    symbols = left.symbols() | right.symbols()
    if any(map(is_unknown, symbols)):
        return "unknown"
    constants = (left.constant(), right.constant())
    if None not in constants or _apart(left - right):
        return "never"
    if any(constant is not None for constant in constants):
        return "unknown"
    if not any(map(is_value, symbols)):
        return "never"
    ratio = left / right
    return "never" if ratio is not None and _forces_one(ratio) else "unknown"


def _apart(difference: Size) -> bool:
    """Tell whether a difference has no zero among positive sizes: all its terms have one sign."""
    if difference.constant() is not None:
        return True
    whole = all(c.denominator == 1 for _, c in difference.terms)
    signs = {coefficient > 0 for _, coefficient in difference.terms}
    values_only = all(is_value(symbol) for symbol in difference.symbols())
    return values_only and whole and len(signs) == 1


def _forces_one(ratio: Size) -> bool:
    """Tell whether two sizes that have this ratio are equal only if some number is 1."""
    if len(ratio.terms) != 1 or not ratio.symbols():
        return False
    monomial, coefficient = ratio.terms[0]
    powers = {power > 0 for _, power in monomial}
    return coefficient == 1 and len(powers) == 1 and all(is_value(symbol) for symbol, _ in monomial)


def compare_axes(left: Axis, right: Axis, facts: Facts) -> Verdict:
    """Compare two axes, one of which may be of size 1 as well where it is declared so."""
    verdict = compare(left.size, right.size, facts)
    if verdict == "never" and (left.broadcast or right.broadcast):
        return "unknown"
    return verdict
