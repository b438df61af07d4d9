"""Can two sizes be equal? Yes for certain, never, or nobody knows before the program runs.

    t        t             same
    t        s             never     two axes of one function are two axes, whatever their sizes
    b*t      b*s           never     the same
    t        t+1           never
    p+t      p             never     t is at least 1
    s*{n}    s             never     it would take n = 1
    h*d      c             unknown   as a configuration sees to it
    p+t      m             unknown   likewise
    t        {n}           unknown   a number of the program's may well be the size of an axis
    c        768           unknown   a named axis may have one size only in practice
    8        16            never
    t        ?n.12         unknown

"Never" is what a finding rests on, so it is said only where the promise of the signature, to hold
for all sizes of its axes, would be broken: where two names are compared, or a size with more, or
less, of itself. That one name stands for what others compute is nobody's mistake.
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


def single(size: Size | None) -> str | None:
    """Tell the symbol that a size is; None where it is more than one."""
    symbols = size.symbols() if size is not None else frozenset()
    symbol = next(iter(symbols), None)
    return symbol if symbol is not None and size == Size.symbol(symbol) else None


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
    constants = [size.constant() is not None for size in (left, right)]
    if all(constants) or _one_sign(left - right):
        return "never"
    ratio = left / right
    if any(constants) or ratio is None or len(ratio.terms) != 1:
        return "unknown"
    return "never" if _never_one(ratio) else "unknown"


def _one_sign(difference: Size) -> bool:
    """Tell whether a difference has no zero among positive sizes: all its terms have one sign."""
    return len({coefficient > 0 for _, coefficient in difference.terms}) == 1


def _never_one(ratio: Size) -> bool:
    """Tell whether sizes of this ratio are two axes, or one is a multiple of the other."""
    monomial, coefficient = ratio.terms[0]
    above = [symbol for symbol, power in monomial for _ in range(power)]
    below = [symbol for symbol, power in monomial for _ in range(-power)]
    if not below:
        return not above or coefficient >= 1
    if not above:
        return coefficient <= 1
    single = len(above) == len(below) == coefficient == 1
    return single and not any(map(is_value, (*above, *below)))


def compare_axes(left: Axis, right: Axis, facts: Facts) -> Verdict:
    """Compare two axes, one of which may be of size 1 as well where it is declared so."""
    verdict = compare(left.size, right.size, facts)
    if verdict == "never" and (left.broadcast or right.broadcast):
        return "unknown"
    return verdict
