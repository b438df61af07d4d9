"""Which axis of a tensor meets which of its declaration.

declared  b h t d      given  n g s e       b n    h g    t s    d e
declared  *batch d     given  b t c         d c, and *batch takes b t
declared  ... d        given  *rest c       d c: what stands before is as many as may be
"""

from typed_rope.mypy.values import Axis, Dims, Many

Pairs = list[tuple[Axis, Axis]]
"""Axes of a declaration with the axes that are given."""


def aligned(declared: Dims, given: Dims) -> Pairs | None:
    """Pair axes; None where the ranks differ, and no pairs where nobody can tell them."""
    place = next((i for i, d in enumerate(declared) if isinstance(d, Many)), None)
    other = next((i for i, d in enumerate(given) if isinstance(d, Many)), None)
    if other is not None and (place is None or declared[place] != given[other]):
        unknown_end = place is not None and len(declared) - place <= len(given) - other
        return [] if not unknown_end else _ends(declared, given, place or 0, other)
    if place is None:
        if len(declared) != len(given):
            return None
        return _pairs(declared, given)
    behind = len(declared) - place - 1
    if len(given) < place + behind:
        return None
    ends = given[len(given) - behind :]
    return _pairs(declared[:place], given[:place]) + _pairs(declared[place + 1 :], ends)


def _ends(declared: Dims, given: Dims, place: int, other: int) -> Pairs:
    behind = min(len(declared) - place - 1, len(given) - other - 1)
    if not behind:
        return []
    return _pairs(declared[-behind:], given[-behind:])


def _pairs(declared: Dims, given: Dims) -> Pairs:
    return [
        (one, other)
        for one, other in zip(declared, given, strict=True)
        if isinstance(one, Axis) and isinstance(other, Axis)
    ]
