"""Heads that were not split, or not joined: the last axis in two parts, the first before tokens."""

from collections.abc import Iterator

from typed_rope.checking.forms import TensorForm
from typed_rope.checking.repairing.change import Change, Evidence
from typed_rope.checking.system import Seen, expected_sizes
from typed_rope.shapes import Fixed, Sized


def heads(seen: Seen, evidence: Evidence) -> Iterator[Change]:
    """Offer to split the last axis, its first part before the axis of tokens, and the reverse."""
    rank = len(seen.sizes)
    if any(_may_be_joined(form, rank, evidence) for form in seen.forms):
        yield Change("heads", 3, f"{{0}}.transpose({rank - 3}, {rank - 2}).flatten({rank - 2})")
        yield Change("heads", 3, f"{{0}}.flatten({rank - 2})")
    if rank < 2:
        return
    for count in _counts(seen, evidence):
        split = f"{{0}}.unflatten(-1, ({count}, -1))"
        if any(_is_pinned(form, rank, rank - 2, evidence) for form in seen.forms):
            yield Change("heads", 3, f"{split}.transpose({rank - 2}, {rank - 1})")
        if any(_is_pinned(form, rank, rank - 1, evidence) for form in seen.forms):
            yield Change("heads", 3, split)


def _may_be_joined(form: TensorForm, rank: int, evidence: Evidence) -> bool:
    """Tell whether the last axis may be one of heads: of four axes made three, or said by others.

    Of three axes any two could be made one, and which were meant is not to be known.
    """
    axes, variadic = form.shape.axes, form.shape.variadic
    if rank < 3 or (variadic is None and len(axes) != rank - 1):
        return False
    return (rank == 4 and variadic is None) or _is_said(axes[-1], evidence)


def _is_pinned(form: TensorForm, rank: int, place: int, evidence: Evidence) -> bool:
    """Tell whether something says how many heads there are, or how wide: else any split fits."""
    axes = form.shape.axes
    if len(axes) != rank + 1 or form.shape.variadic is not None:
        return False
    return _is_said(axes[place], evidence) or _is_said(axes[rank], evidence)


def _is_said(axis: object, evidence: Evidence) -> bool:
    return isinstance(axis, Fixed | Sized) or getattr(axis, "name", None) in evidence.known


def _counts(seen: Seen, evidence: Evidence) -> list[int]:
    """Return into how many heads the last axis may fall, by what others say of h or of d."""
    c, rest = seen.sizes[-1], evidence.rest.bindings
    asked = {n for f in seen.forms for n in expected_sizes(f, len(seen.sizes) + 1, rest) if n}
    doubled = {2 * n for n in evidence.numbers}  # d, where d/2 is seen
    dividing = [n for n in sorted(asked | evidence.numbers | doubled) if 1 < n < c and c % n == 0]
    return list(dict.fromkeys([*(c // n for n in dividing), *dividing]))
