"""What one tensor of a refused call could be turned into, smallest change first.

    kind    cost   what is changed                         written as
    order   2 ..   axes exchanged, or moved                x.transpose(1, 2), x.permute(2, 0, 1)
    axis    2      an axis of size 1 more or less          x.unsqueeze(0), x.squeeze(1)
    axis    3, 4   several, or one of the size of others'  x[None, None], x.repeat(3, 1, 1)
    flat    3      the two leading axes as one             x.flatten(0, 1)
    width   2      a table twice or half as wide           x[..., :4], torch.cat([x, x], dim=-1)
    heads   3      heads that were not split, or joined    x.unflatten(-1, (6, -1)).transpose(1, 2)
    dtype   2, 3   another dtype                           x.to(torch.float32)

Only what agrees with the sizes that the other tensors bind is offered; what a change makes of a
tensor is found by evaluating what is written on a tensor without memory.
"""

from collections.abc import Callable, Iterator

from typed_rope.checking.repairing.budget import Budget
from typed_rope.checking.repairing.change import Change, Evidence
from typed_rope.checking.repairing.dtypes import dtypes
from typed_rope.checking.repairing.heads import heads
from typed_rope.checking.repairing.orders import reorders
from typed_rope.checking.repairing.ranks import ranks
from typed_rope.checking.system import Seen
from typed_rope.shapes import Named, Sized


def changes(
    seen: Seen, evidence: Evidence, budget: Budget, most: Callable[[], float]
) -> Iterator[Change]:
    """Yield the changes after which a tensor agrees with the others, by kind.

    `most` tells what a change may cost to be of interest, which falls as repairs are found.
    """

    def agrees(change: Change) -> bool:
        changed = change.apply(seen)
        if changed is None or (changed.sizes, changed.dtype) == (seen.sizes, seen.dtype):
            return False
        return evidence.fits(changed)

    for offer in (reorders, ranks, _widths, heads, dtypes):
        for change in offer(seen, evidence):
            if budget.spent():
                return
            if change.cost <= most() and agrees(change):
                yield change


_TWICE = "{0}.unsqueeze(-2).expand(*{0}.shape[:-1], 2, -1).flatten(-2)"


def _widths(seen: Seen, evidence: Evidence) -> Iterator[Change]:
    """Offer half of a table that holds every angle twice, and the reverse."""
    last = [form.shape.axes[-1] for form in seen.declared if form.shape.axes]
    if not seen.sizes or seen.sizes[-1] < 1:
        return
    if seen.sizes[-1] % 2 == 0 and any(isinstance(axis, Sized) for axis in last):
        yield Change("width", 2, f"{{0}}[..., :{seen.sizes[-1] // 2}]")
    # To repeat any tensor that is too narrow would be a guess: tables come in pairs.
    owners = {evidence.rest.owners.get(axis.name) for axis in last if isinstance(axis, Named)}
    if evidence.twins and owners - {None} - evidence.twins:
        yield Change("width", 2, "torch.cat([{0}, {0}], dim=-1)", shaped=_TWICE)
