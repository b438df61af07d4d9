"""What a view does to axes: it keeps the order of entries in memory, and deals them out anew.

    "b t c"    view(b, t, h, c//h)     t has b before it, and has b before it: t stays
    "b t c"    view(b, h, t, c//h)     t has b before it, and then b*h: another axis, called t

    "b h t d"  view(b*t, h*d)          b*t are no neighbours: no axis ends after b*t entries

An axis is told by its size and by how many entries are dealt out before it. So an axis that is
named in the sizes of a view, and has another product before it than it had, now holds what belongs
to other axes, however well the sizes fit. And where an axis of a view ends, an axis must have ended
before, or a part of it: no axis is taken to be divisible by another one of the same tensor.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations

from typed_rope.mypy.equality import Facts, compare, is_unknown, is_value, resolved, single
from typed_rope.mypy.values import Axis
from typed_rope.shapes import Size

ONE = Size.of(1)


def never_equal(left: Size, right: Size, facts: Facts) -> bool:
    """Tell whether two products of sizes differ, whatever the sizes are.

    What both have in common is left out first: `b*t*c` and `b*8*c` differ as `t` and 8 do. Where
    other names than a single one meet (`c` and `h*d`, `s` and `p+t`), nothing is said: programs
    rely on such sums and products, and few signatures tell them.
    """
    left, right = resolved(left, facts), resolved(right, facts)
    symbols = left.symbols(), right.symbols()
    if left == right or any(map(is_unknown, symbols[0] | symbols[1])):
        return False
    ratio = left / right
    if ratio is None or len(ratio.terms) != 1:
        nested = symbols[0] <= symbols[1] or symbols[1] <= symbols[0]
        return nested and compare(left, right, facts) == "never"
    above, below = _halves(ratio)
    if ONE in (above, below):
        return True
    return _single(above) and _single(below) and compare(above, below, facts) == "never"


def _halves(ratio: Size) -> tuple[Size, Size]:
    """Split a ratio of one term into what stands above the line and what below."""
    monomial, coefficient = ratio.terms[0]
    up = tuple((symbol, power) for symbol, power in monomial if power > 0)
    down = tuple((symbol, -power) for symbol, power in monomial if power < 0)
    above = Size.of(coefficient.numerator) * Size(((up, ONE.terms[0][1]),))
    return above, Size.of(coefficient.denominator) * Size(((down, ONE.terms[0][1]),))


def _single(size: Size) -> bool:
    """Tell whether a size is a number, or one symbol."""
    return not size.symbols() or size in map(Size.symbol, size.symbols())


def before(axes: Sequence[Axis]) -> list[Size | None]:
    """Tell for every axis how many entries are dealt out before it; None where nobody knows."""
    products: list[Size | None] = []
    total: Size | None = ONE
    for axis in axes:
        products.append(total)
        known = total is not None and axis.size is not None and not axis.broadcast
        total = total * axis.size if known and total and axis.size else None
    return products


def moved(
    old: Sequence[Axis], new: Sequence[Axis], ends: Sequence[Axis], facts: Facts
) -> Axis | None:
    """Find an axis that a view names and fills with entries of others.

    A name that stands anywhere else, in the view's axes or in those at its ends, tells nothing.
    """
    if not all(_is_product(axis) for axis in (*old, *new)):
        return None
    earlier = dict(zip(map(_name, old), before(old), strict=True))
    for axis, place in zip(new, before(new), strict=True):
        name = _name(axis)
        if name is None or _uses((*ends, *old), name) != 1 or _uses(new, name) != 1:
            continue
        was = earlier.get(name)
        if was is not None and place is not None and never_equal(was, place, facts):
            return axis
    return _unfinished(old, new, ends)


def _unfinished(old: Sequence[Axis], new: Sequence[Axis], ends: Sequence[Axis]) -> Axis | None:
    """Find an axis of a view that ends where no axis did, nor a part of one."""
    named = {name for name in map(_name, old) if name and _uses((*ends, *old), name) == 1}
    # The last axis ends where all do.
    last = Axis(ONE)
    starts = before([*old, last])
    for axis, end in zip(new, before(new)[1:], strict=False):
        known = [
            (end / start, one.size)
            for start, one in zip(starts, [*old, last], strict=True)
            if end is not None and start is not None and one.size is not None
        ]
        if len(known) == len(starts) and not any(
            reach is not None and _is_part(reach, size, named) for reach, size in known
        ):
            return axis
    return None


def _is_part(reach: Size, size: Size, named: set[str]) -> bool:
    """Tell whether a part of an axis may have a size: whether one divides the other."""
    rest = size / reach
    return rest is not None and not (_below(reach) | _below(rest)) & named


def _below(size: Size) -> set[str]:
    return {symbol for monomial, _ in size.terms for symbol, power in monomial if power < 0}


def _is_product(axis: Axis) -> bool:
    """Tell whether a size is a product: with sums such as `t+1`, views do their tricks."""
    known = axis.size is not None and not axis.broadcast and len(axis.size.terms) == 1
    return known and axis.size is not None and not any(map(is_unknown, axis.size.symbols()))


def _name(axis: Axis) -> str | None:
    """Tell the name of an axis whose size is one name."""
    symbol = single(axis.size)
    return symbol if symbol is not None and not is_value(symbol) else None


def _uses(axes: Sequence[Axis], name: str) -> int:
    return sum(name in axis.size.symbols() for axis in axes if axis.size is not None)


def same_in_another_order(old: Sequence[Axis], new: Sequence[Axis]) -> list[int] | None:
    """Find where each axis of a view came from, if all are the old ones in another order."""
    names = [_name(axis) for axis in old]
    wanted = [_name(axis) for axis in new]
    if (
        None in names
        or len(set(names)) != len(names)
        or sorted(map(str, names)) != sorted(map(str, wanted))
    ):
        return None
    return [names.index(name) for name in wanted]


def exchange_before(
    old: Sequence[Axis], new: Sequence[Axis], facts: Facts
) -> tuple[int, int] | None:
    """Find the one exchange of axes that makes a view keep what is called by name."""
    return _only(
        pair for pair in combinations(range(len(old)), 2) if _keeps(swapped(old, pair), new, facts)
    )


def exchange_after(
    old: Sequence[Axis], new: Sequence[Axis], facts: Facts
) -> tuple[int, int] | None:
    """Find the one exchange of a view's sizes, to be taken back after it."""
    return _only(
        pair for pair in combinations(range(len(new)), 2) if _keeps(old, swapped(new, pair), facts)
    )


def _only(found: Iterable[tuple[int, int]]) -> tuple[int, int] | None:
    pairs = list(found)
    return pairs[0] if len(pairs) == 1 else None


def swapped(axes: Sequence[Axis], pair: tuple[int, int]) -> list[Axis]:
    """Exchange two axes."""
    turned = list(axes)
    turned[pair[0]], turned[pair[1]] = turned[pair[1]], turned[pair[0]]
    return turned


def _keeps(old: Sequence[Axis], new: Sequence[Axis], facts: Facts) -> bool:
    """Tell whether every axis that is named in both stands where it stood."""
    earlier = dict(zip(map(_name, old), before(old), strict=True))
    shared = [
        (earlier[_name(axis)], place)
        for axis, place in zip(new, before(new), strict=True)
        if _name(axis) is not None and _name(axis) in earlier
    ]
    return _unfinished(old, new, ()) is None and all(
        was is not None and place is not None and compare(was, place, facts) == "same"
        for was, place in shared
    )
