"""Which sizes are too different to be equal by intention, so that a call that needs it is wrong.

    t      s        clash      two names of one signature are two axes
    t      t+1      clash      and h with h*{g}, d with d/2
    b*t    b*s      clash      what both have in common tells nothing
    c      h*d      no clash   a model is often that wide
    m      n+1      no clash   a class token is often put in front
    f      d/2      no clash   tables are often that wide

A formula may have been given a name of its own. A name has not been given another one.
"""

from typed_rope.mypy.equality import Facts, compare, resolved
from typed_rope.mypy.values import Axis
from typed_rope.shapes import Size

_ONE = Size.of(1)


def clash(left: Axis, right: Axis, facts: Facts) -> bool:
    """Tell whether two axes cannot be meant to be equal; `#b` may be of size 1 as well."""
    return not (left.broadcast or right.broadcast) and sizes_clash(left.size, right.size, facts)


def sizes_clash(left: Size | None, right: Size | None, facts: Facts) -> bool:
    """Tell whether two sizes cannot be meant to be equal."""
    if left is None or right is None or compare(left, right, facts) != "never":
        return False
    left, right = resolved(left, facts), resolved(right, facts)
    reduced = (_without_common_factors(left, right), _without_common_terms(left, right))
    return any(_told_apart(*pair) for pair in ((left, right), *reduced))


def _told_apart(left: Size, right: Size) -> bool:
    """Tell whether one is made of the other's names, or both are names."""
    one, other = left.symbols(), right.symbols()
    return one <= other or other <= one or (_is_name(left) and _is_name(right))


def _is_name(size: Size) -> bool:
    return size in map(Size.symbol, size.symbols())


def _without_common_factors(left: Size, right: Size) -> tuple[Size, Size]:
    ratio = left / right
    if ratio is None or len(ratio.terms) != 1:
        return left, right
    monomial, coefficient = ratio.terms[0]
    above, below = Size.of(coefficient.numerator), Size.of(coefficient.denominator)
    for symbol, power in monomial:
        for _ in range(abs(power)):
            if power > 0:
                above = above * Size.symbol(symbol)
            else:
                below = below * Size.symbol(symbol)
    return above, below


def _without_common_terms(left: Size, right: Size) -> tuple[Size, Size]:
    """Leave out terms that both have: of `p+t` and `p+s`, `t` and `s` are left."""
    difference = (left - right).terms
    above = tuple(term for term in difference if term[1] > 0)
    below = tuple((monomial, -part) for monomial, part in difference if part < 0)
    return Size(above), Size(below)
