"""The axes of a tensor in another order, fewest moves first.

    exchange    x.transpose(1, 2)        two axes in each other's place
    move        x.permute(0, 3, 1, 2)    one axis elsewhere, the others in their order

Of axes that are no neighbours, a move is as likely as an exchange: libraries differ in where they
keep the channels (or the tokens), not in whether rows come before columns.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations, permutations
from operator import ne

from typed_rope.checking.repairing.change import Change, Evidence
from typed_rope.checking.system import Seen, Solution, expected_sizes

Order = tuple[int, ...]

_MOST_AXES = 6  # beyond it, only exchanges of two axes are tried: 7! orders would take too long


def reorders(seen: Seen, evidence: Evidence) -> Iterator[Change]:
    """Yield the orders in which the sizes are those that the others ask for."""
    fitting = _orders(seen, evidence.rest)
    exchanged = [order for order in fitting if len(_moved(order)) == 2]
    ends = {tuple(_moved(order)) for order in exchanged}
    neighbours = any(last - first == 1 for first, last in ends)
    moves = {order for order in fitting if not neighbours and _ends_of_move(order) in ends}
    for order in sorted(fitting, key=lambda order: (order not in moves, _cost(order))):
        yield Change("order", 2 if order in moves else _cost(order), _moving(order), order)


def _orders(seen: Seen, rest: Solution) -> list[Order]:
    sizes, straight = seen.sizes, tuple(range(len(seen.sizes)))
    every = [expected_sizes(form, len(sizes), rest.bindings) for form in seen.forms]
    asked = [wanted for wanted in every if len(wanted) == len(sizes)]
    return [
        order
        for order in _all_orders(straight)
        if any(
            all(want is None or want == sizes[s] for want, s in zip(wanted, order, strict=True))
            for wanted in asked
        )
    ]


@lru_cache
def _all_orders(straight: Order) -> tuple[Order, ...]:
    if len(straight) <= _MOST_AXES:
        return tuple(permutations(straight))[1:]
    exchanged: list[Order] = []
    for i, j in combinations(straight, 2):
        order = list(straight)
        order[i], order[j] = j, i
        exchanged.append(tuple(order))
    return tuple(exchanged)


def _moved(order: Order) -> list[int]:
    return [axis for axis, source in enumerate(order) if axis != source]


def _cost(order: Order) -> int:
    return sum(map(ne, order, range(len(order))))


def _ends_of_move(order: Order) -> Order:
    """Return between which places a single axis was moved; () where more than that was done."""
    first, last = _moved(order)[0], _moved(order)[-1]
    inner = order[first : last + 1]
    turned = tuple(range(first, last + 1))
    forth, back = (*turned[1:], first), (last, *turned[:-1])
    return (first, last) if inner in (forth, back) else ()


def _moving(order: Order) -> str:
    moved = _moved(order)
    if len(moved) == 2:
        return f"{{0}}.transpose({moved[0]}, {moved[1]})"
    return f"{{0}}.permute({', '.join(map(str, order))})"
