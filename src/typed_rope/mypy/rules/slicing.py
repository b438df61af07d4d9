"""How many entries a slice takes, where its ends are sizes themselves.

    t      [1:]  [:-1]     t-1        d       [: d//2]  [d//2 :]   d/2
    p+t    [p:]  [-t:]     t          t       [: n]                unknown: n may exceed t
    d      [::2] [1::2]    d/2        8       [: 3]                3

An axis is taken to be longer than the small numbers that are cut off its ends, and to be divided
by a step without rest: where it is not, no annotation could say how many entries there are.
"""

from typed_rope.mypy.equality import Facts, is_unknown, is_value, resolved
from typed_rope.mypy.rules.dims import sized
from typed_rope.mypy.rules.rule import Refused
from typed_rope.mypy.values import ANY_DIM, NONE, Axis, Cut, Value, Whole, number
from typed_rope.shapes import Size

ZERO = Size.of(0)
ONE = Size.of(1)


def sliced(axis: Axis, cut: Cut, facts: Facts) -> Axis:
    """Tell the axis that a slice leaves; it keeps its identity only where it is left whole."""
    start, stop, step = _end(cut.start), _end(cut.stop), _end(cut.step)
    if step is not None and (number(step) or 1) < 0:
        raise Refused("a step of a slice must be positive")
    if _is(start, ZERO, absent=True) and stop is None and _is(step, ONE, absent=True):
        return axis
    if axis.size is None or axis.broadcast:
        return ANY_DIM
    ends = [None if end is None else _known(end, facts) for end in (start, stop, step)]
    if any(given and end is None for given, end in zip((start, stop, step), ends, strict=True)):
        return ANY_DIM
    size = _length(resolved(axis.size, facts), ends[0], ends[1], ends[2] or ONE)
    if size == resolved(axis.size, facts):
        return axis
    if stop is not None and stop.label is not None and size == ends[1]:
        return Axis(size, stop.label)
    return sized(size)


def _end(end: Value | None) -> Whole | None:
    """Read an end; a value that is no number is one of which nothing is known."""
    if end is None or end == NONE:
        return None
    return end if isinstance(end, Whole) else Whole()


def _is(end: Whole | None, size: Size, *, absent: bool) -> bool:
    return absent if end is None else end.size == size


def _known(end: Whole, facts: Facts) -> Size | None:
    return None if end.size is None else resolved(end.size, facts)


def _length(axis: Size, start: Size | None, stop: Size | None, step: Size) -> Size | None:
    written = [None if one is None else _integer(one) for one in (start, stop, step)]
    if None not in [_integer(one) for one in (axis, start, stop, step) if one is not None]:
        return Size.of(len(range(_integer(axis) or 0)[slice(*written)]))
    if step != ONE:
        return _stepped(axis, start, stop, step)
    first = ZERO if start is None else _position(axis, start, starts=True)
    last = axis if stop is None else _position(axis, stop, starts=False)
    if first is not None and last is not None:
        return _between(first, last)
    # `[i : i + 1]`: a program that asks for an entry has it.
    return ONE if start is not None and stop is not None and stop - start == ONE else None


def _between(first: Size, last: Size) -> Size | None:
    if _small(first) and _small(last):
        return last - first if at_most(first, last) else ZERO
    return last - first if at_most(first, last) or _small(first) else None


def _integer(size: Size | None) -> int | None:
    constant = None if size is None else size.constant()
    return None if constant is None or constant.denominator != 1 else constant.numerator


def _stepped(axis: Size, start: Size | None, stop: Size | None, step: Size) -> Size | None:
    """Tell how many entries a step leaves of an axis that it divides."""
    first, stride = _integer(start or ZERO), _integer(step)
    if stop is not None or first is None or stride is None or not 0 <= first < stride:
        return None
    return axis / step


def _position(axis: Size, end: Size, *, starts: bool) -> Size | None:
    """Find the entry that an end means; None where it may lie beyond the axis."""
    if end.terms and all(coefficient < 0 for _, coefficient in end.terms):
        certain = at_most(-end, axis) or (_small(-end) and (not starts or -end == ONE))
        return axis + end if certain else None
    if at_most(end, axis):
        return end
    return end if starts and _small(end) else None


def _small(size: Size) -> bool:
    return not size.symbols()


def at_most(left: Size, right: Size) -> bool:
    """Tell whether a size is certain not to exceed another."""
    difference = right - left
    if any(map(is_unknown, difference.symbols())):
        return False
    if all(coefficient >= 0 for _, coefficient in difference.terms):
        return True
    # `t-1` is a size: what is taken off an axis is small.
    grows = [monomial for monomial, coefficient in difference.terms if coefficient > 0]
    falls = [monomial for monomial, coefficient in difference.terms if coefficient < 0]
    named = any(not is_value(symbol) for monomial in grows for symbol, _ in monomial)
    return named and falls == [()] and (left == ONE or bool(left.symbols()))
