"""Do the axes of a tensor stand where their names are declared?

declared  b h t d     given  b t h d          crossed: h and t have changed places
declared  b h t d     given  b t {heads} d    t stands where h is declared, and where t is
                                              declared stands no axis but a number
declared  b h t d     given  b s t d          fine: s is foreign, and binds as h
declared  m k         given  k n              fine: a name of the caller's own, by chance
returned  n b         given  b ?              b is the function's own, and has left its place
"""

from collections.abc import Sequence
from dataclasses import dataclass

from typed_rope.mypy.equality import is_unknown, is_value, single
from typed_rope.mypy.values import Axis
from typed_rope.shapes import Size

Pairs = Sequence[tuple[Axis, Axis]]


@dataclass(frozen=True, slots=True)
class Misplaced:
    """Axes in another order than declared."""

    said: str
    """Which axes, as a clause."""
    fix: str | None
    """What to write behind the tensor; None where no transposition is certain."""


def misplaced(pairs: Pairs) -> Misplaced | None:
    """Find axes that stand where others are declared."""
    declared = [_name(axis) for axis, _ in pairs]
    given = [_name(axis) for _, axis in pairs]
    shared = {
        name: (declared.index(name), given.index(name))
        for name in declared
        if name is not None and declared.count(name) == 1 and given.count(name) == 1
    }
    moved = {name: places for name, places in shared.items() if places[0] != places[1]}
    if not moved or not (_crossed(shared) or _displaced(moved, len(shared), pairs)):
        return None
    return Misplaced(_said(list(moved), shared), _fix(declared, given))


def _said(moved: list[str], shared: dict[str, tuple[int, int]]) -> str:
    if len(moved) == 2 and shared[moved[0]] == shared[moved[1]][::-1]:
        return f"{moved[0]} and {moved[1]} are exchanged"
    if len(moved) == 1:
        here, there = shared[moved[0]]
        return f"{moved[0]} is axis {there}, declared as axis {here}"
    return f"{', '.join(moved[:-1])} and {moved[-1]} stand in another order"


def _crossed(shared: dict[str, tuple[int, int]]) -> bool:
    places = [there for _, there in sorted(shared.values())]
    return places != sorted(places)


def _displaced(moved: dict[str, tuple[int, int]], shared: int, pairs: Pairs) -> bool:
    """Tell whether an axis has left its place to what is no axis of the caller's."""
    if shared == len(moved):
        return False
    return any(
        _is_no_axis(given) or (_is_own(declared) and _is_nameless(given))
        for declared, given in (pairs[here] for here, _ in moved.values())
    )


def _is_own(axis: Axis) -> bool:
    """Tell whether a declared axis is one of the function that is followed, with its name."""
    name = axis.label if axis.label is not None else _name(axis)
    return name is not None and axis.size == Size.symbol(name)


def _is_nameless(axis: Axis) -> bool:
    """Tell whether an axis is new: unknown, or computed of several sizes."""
    if axis.label is not None or axis.size is None:
        return axis.label is None
    symbols = axis.size.symbols()
    named = len(symbols) == 1 and axis.size in map(Size.symbol, symbols)
    return any(map(is_unknown, symbols)) or (bool(symbols) and not named)


def _is_no_axis(axis: Axis) -> bool:
    if axis.size is None:
        return False
    symbols = axis.size.symbols()
    return bool(symbols) and all(map(is_value, symbols)) and not any(map(is_unknown, symbols))


def _name(axis: Axis) -> str | None:
    """Tell the name of an axis; one that is declared in braces has that of the number."""
    if axis.label or axis.size is None:
        return axis.label.lower() if axis.label else None
    symbol = single(axis.size)
    return symbol if symbol is not None and is_value(symbol) else None


def _fix(declared: Sequence[str | None], given: Sequence[str | None]) -> str | None:
    if None in declared or set(declared) != set(given):
        return None
    order = [given.index(name) for name in declared]
    moved = [place for place, source in enumerate(order) if place != source]
    if len(moved) == 2:
        return f".transpose({moved[0]}, {moved[1]})"
    return f".permute({', '.join(map(str, order))})"
