"""Search for the smallest change of the arguments that makes a refused call fit.

    moves    what is tried                        written as
    2        two axes of one tensor exchanged     x.transpose(1, 2)
    2        two arguments exchanged              f(k, q)
    2        an axis of size 1 more or less       x.unsqueeze(0), x.squeeze(1)
    2        another dtype of the same kind       x.to(torch.float32)
    3, ...   more axes of one tensor moved        x.permute(2, 0, 1, 3)

Only the tensors' sizes are changed here; the judge confirms a repair before anyone sees it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, permutations

import torch

from typed_rope.checking.system import Seen, Solution, argument_of, solve

_MOST_AXES = 5  # beyond it, only exchanges of two axes are tried: 6! orders would take too long
_DTYPES = (torch.float32, torch.int64, torch.bool, torch.float64, torch.int32)


@dataclass(frozen=True)
class Repair:
    """A change of one argument, or an exchange of two, after which everything fits."""

    kind: str  # "order", "swap", "axis", "dtype"
    cost: int
    tensors: tuple[Seen, ...]  # the whole system, changed
    fix: dict[str, str]
    order: tuple[int, ...] = ()
    before: Seen | None = None

    @property
    def arguments(self) -> tuple[str, ...]:
        """The arguments that are changed."""
        return tuple(self.fix)


def repairs(tensors: Sequence[Seen], confirm: Callable[[Sequence[Seen]], bool]) -> list[Repair]:
    """Return the confirmed repairs of the lowest cost; none where no single change helps."""
    found: list[Repair] = []
    for repair in sorted(_candidates(tuple(tensors)), key=lambda repair: repair.cost):
        if found and repair.cost > found[0].cost:
            break
        if isinstance(solve(repair.tensors), Solution) and confirm(repair.tensors):
            found.append(repair)
    return found


def _candidates(tensors: tuple[Seen, ...]) -> Iterator[Repair]:
    for place, seen in enumerate(tensors):
        if seen.path != argument_of(seen.path):
            continue  # inside a container: there is no short expression to write

        def changed(
            kind: str,
            cost: int,
            new: Seen,
            call: str,
            order: tuple[int, ...] = (),
            place: int = place,
            seen: Seen = seen,
        ) -> Repair:
            system = (*tensors[:place], new, *tensors[place + 1 :])
            return Repair(kind, cost, system, {seen.path: f"{seen.path}{call}"}, order, seen)

        for order in _orders(len(seen.sizes)):
            sizes = tuple(seen.sizes[axis] for axis in order)
            moved = [axis for axis, source in enumerate(order) if axis != source]
            yield changed("order", len(moved), replace(seen, sizes=sizes), _moved(order), order)
        for axis in range(len(seen.sizes) + 1):
            sizes = (*seen.sizes[:axis], 1, *seen.sizes[axis:])
            yield changed("axis", 2, replace(seen, sizes=sizes), f".unsqueeze({axis})")
        for axis, size in enumerate(seen.sizes):
            if size == 1:
                sizes = (*seen.sizes[:axis], *seen.sizes[axis + 1 :])
                yield changed("axis", 2, replace(seen, sizes=sizes), f".squeeze({axis})")
        for dtype in _other_dtypes(seen):
            yield changed("dtype", 2, replace(seen, dtype=dtype), f".to({dtype})")
    yield from _swaps(tensors)


def _swaps(tensors: tuple[Seen, ...]) -> Iterator[Repair]:
    for (i, left), (j, right) in combinations(enumerate(tensors), 2):
        whole = all(seen.path == seen.argument for seen in (left, right))
        if whole and "return" not in (left.path, right.path):
            system = list(tensors)
            system[i] = replace(left, sizes=right.sizes, dtype=right.dtype)
            system[j] = replace(right, sizes=left.sizes, dtype=left.dtype)
            fix = {left.path: right.path, right.path: left.path}
            yield Repair("swap", 2, tuple(system), fix)


def _orders(rank: int) -> Iterator[tuple[int, ...]]:
    straight = tuple(range(rank))
    if rank <= _MOST_AXES:
        yield from list(permutations(straight))[1:]
        return
    for i, j in combinations(straight, 2):
        order = list(straight)
        order[i], order[j] = j, i
        yield tuple(order)


def _moved(order: tuple[int, ...]) -> str:
    moved = [axis for axis, source in enumerate(order) if axis != source]
    if len(moved) == 2:
        return f".transpose({moved[0]}, {moved[1]})"
    return f".permute({', '.join(map(str, order))})"


def _other_dtypes(seen: Seen) -> Iterator[torch.dtype]:
    accepted = [form.dtypes for form in seen.forms if form.dtypes is not None]
    if len(accepted) < len(seen.forms) or any(seen.dtype in dtypes for dtypes in accepted):
        return
    for dtype in _DTYPES:
        same_kind = dtype.is_floating_point == seen.dtype.is_floating_point
        if same_kind and any(dtype in dtypes for dtypes in accepted):
            yield dtype
            return
