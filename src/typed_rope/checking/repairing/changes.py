"""What one tensor of a refused call could be turned into, smallest change first.

    kind    cost   what is changed                         written as
    order   2 ..   axes exchanged, or moved                x.transpose(1, 2), x.permute(2, 0, 1)
    axis    2      an axis of size 1 more or less          x.unsqueeze(0), x.squeeze(1)
    axis    3, 4   several, or one of the size of others'  x[None, None], x.repeat(3, 1, 1)
    width   2      a table twice or half as wide           x[..., :4], torch.cat([x, x], dim=-1)
    heads   3      heads that were not split, or joined    x.unflatten(-1, (6, -1)).transpose(1, 2)
    dtype   2      another dtype                           x.to(torch.float32)

Only what agrees with the sizes that the other tensors bind is offered; what a change makes of a
tensor is found by evaluating what is written on a tensor without memory.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations, permutations
from operator import ne
from types import CodeType
from typing import Literal

import torch
from torch import Tensor

from typed_rope.checking.forms import TensorForm
from typed_rope.checking.repairing.budget import Budget
from typed_rope.checking.system import Seen, Solution, expected_sizes, solve, step
from typed_rope.shapes import Fixed, Named, Sized, Variadic

Kind = Literal["order", "axis", "width", "heads", "dtype", "type"]

_MOST_AXES = 6  # beyond it, only exchanges of two axes are tried: 7! orders would take too long


@dataclass(frozen=True)
class Change:
    """A change of one tensor; `{0}` in `written` stands for it."""

    kind: Kind
    cost: int
    written: str
    order: tuple[int, ...] = ()  # of kind "order": the axes in their new order
    shaped: str = ""  # what has the same sizes, where the change itself is slow without memory

    def of(self, expression: str) -> str:
        """Write the change of an expression."""
        return self.written.format(expression)

    def apply(self, seen: Seen) -> Seen | None:
        """Return what becomes of a tensor; None where it cannot be changed in this way."""
        value = torch.empty(seen.sizes, dtype=seen.dtype, device="meta")
        try:
            changed: Tensor = eval(_code(self.shaped or self.written), {"torch": torch, "x": value})
        except (RuntimeError, IndexError):
            return None
        return replace(seen, sizes=tuple(changed.shape), dtype=changed.dtype)


@dataclass(frozen=True)
class Evidence:
    """What the other tensors say of one that is to be changed."""

    others: tuple[Seen, ...]
    rest: Solution
    numbers: frozenset[int]  # their sizes, from which a count of heads may be read
    known: frozenset[str]  # the axes that they bind, or whose size an expression of theirs reads
    twins: frozenset[str]  # those with the same annotation, as `sin` has of `cos`
    answers: bool  # whether it is a result that is to be changed

    def fits(self, changed: Seen) -> bool:
        """Tell whether a tensor agrees with the others."""
        if not isinstance(step(changed, self.rest), Solution):
            return False
        if self.known <= self.rest.bindings.singles.keys():
            return True
        return isinstance(solve([*self.others, changed]), Solution)  # some wait for an axis of its


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

    for offer in (_reorders, _axes, _widths, _heads, _dtypes):
        for change in offer(seen, evidence):
            if budget.spent():
                return
            if change.cost <= most() and agrees(change):
                yield change


def _reorders(seen: Seen, evidence: Evidence) -> Iterator[Change]:
    for order in _orders(seen, evidence.rest):
        moved = sum(map(ne, order, range(len(order))))
        yield Change("order", moved, _moving(order), order)


def _orders(seen: Seen, rest: Solution) -> list[tuple[int, ...]]:
    """Return the orders in which the sizes are those that others ask for, fewest moves first."""
    sizes, straight = seen.sizes, tuple(range(len(seen.sizes)))
    every = [expected_sizes(form, len(sizes), rest.bindings) for form in seen.forms]
    asked = [wanted for wanted in every if len(wanted) == len(sizes)]
    found = [
        order
        for order in _all_orders(straight)
        if any(
            all(want is None or want == sizes[s] for want, s in zip(wanted, order, strict=True))
            for wanted in asked
        )
    ]
    return sorted(found, key=lambda order: sum(map(ne, order, straight)))


@lru_cache(maxsize=16)
def _all_orders(straight: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    if len(straight) <= _MOST_AXES:
        return tuple(permutations(straight))[1:]
    exchanged: list[tuple[int, ...]] = []
    for i, j in combinations(straight, 2):
        order = list(straight)
        order[i], order[j] = j, i
        exchanged.append(tuple(order))
    return tuple(exchanged)


def _moving(order: tuple[int, ...]) -> str:
    moved = [axis for axis, source in enumerate(order) if axis != source]
    if len(moved) == 2:
        return f"{{0}}.transpose({moved[0]}, {moved[1]})"
    return f"{{0}}.permute({', '.join(map(str, order))})"


def _axes(seen: Seen, evidence: Evidence) -> Iterator[Change]:
    if any(_broadcasts_any(form) for form in seen.forms):
        return  # nearly anything would broadcast, and mean something else
    rank = len(seen.sizes)
    ones = [axis for axis, size in enumerate(seen.sizes) if size == 1]
    for axis in range(rank + 1):
        yield Change("axis", 2, f"{{0}}.unsqueeze({axis})")
    for axis in ones:
        yield Change("axis", 2, f"{{0}}.squeeze({axis})")
    for pair in combinations(ones, 2):
        yield Change("axis", 3, f"{{0}}.squeeze({pair})")
    for missing in {len(form.shape.axes) - rank for form in seen.forms}:
        if missing > 1:
            yield Change("axis", 3, f"{{0}}[{', '.join(['None'] * missing)}]")
    if not evidence.answers:  # a result whose axis is gone has lost what was in it
        yield from _expansions(seen, evidence)


def _broadcasts_any(form: TensorForm) -> bool:
    return any(isinstance(axis, Variadic) and axis.broadcast for axis in form.shape.axes)


def _expansions(seen: Seen, evidence: Evidence) -> Iterator[Change]:
    """Offer one axis more of a known size: foremost that of the batch, which all share."""
    rank = len(seen.sizes)
    for form in seen.forms:
        for axis, size in enumerate(expected_sizes(form, rank + 1, evidence.rest.bindings)):
            if size is not None and size > 1:
                times, kept = ["1"] * rank, ["-1"] * rank
                times.insert(axis, str(size))
                kept.insert(axis, str(size))
                new = "" if axis == 0 else f".unsqueeze({axis})"
                cost = 3 if axis == 0 else 4
                # Written with `repeat`, because what `expand` returns must not be written to.
                repeated = f"{{0}}{new}.repeat({', '.join(times)})"
                shaped = f"{{0}}{new}.expand({', '.join(kept)})"
                yield Change("axis", cost, repeated, shaped=shaped)


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


def _heads(seen: Seen, evidence: Evidence) -> Iterator[Change]:
    """Offer to split the last axis, its first part before the axis of tokens, and the reverse."""
    rank = len(seen.sizes)
    if rank >= 3:
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


def _is_pinned(form: TensorForm, rank: int, place: int, evidence: Evidence) -> bool:
    """Tell whether something says how many heads there are, or how wide: else any split fits."""
    axes = form.shape.axes
    if len(axes) != rank + 1 or form.shape.variadic is not None:
        return False
    return any(
        isinstance(axis, Fixed | Sized) or getattr(axis, "name", None) in evidence.known
        for axis in (axes[place], axes[rank])
    )


def _counts(seen: Seen, evidence: Evidence) -> list[int]:
    """Return into how many heads the last axis may fall, by what others say of h or of d."""
    c, rest = seen.sizes[-1], evidence.rest.bindings
    asked = {n for f in seen.forms for n in expected_sizes(f, len(seen.sizes) + 1, rest) if n}
    numbers = {
        *asked,
        *evidence.numbers,
        *(2 * n for n in evidence.numbers),
    }  # d, where d/2 is seen
    dividing = [n for n in sorted(numbers) if 1 < n < c and c % n == 0]
    return list(dict.fromkeys([*(c // n for n in dividing), *dividing]))


def _dtypes(seen: Seen, evidence: Evidence) -> Iterator[Change]:
    """Offer the dtype of another member of a union: `Float["a b"] | Int["a b c"]`."""
    if any(form.dtypes is not None and seen.dtype not in form.dtypes for form in seen.forms):
        target = fitting_dtype(seen, seen.forms, ())
        if target is not None:
            yield cast(seen.dtype, target)


def cast(given: torch.dtype, dtype: torch.dtype) -> Change:
    """Return the change to a dtype; to one of another kind costs more."""
    cost = 2 if _kind(given) == _kind(dtype) else 3
    if given.is_complex and dtype == given.to_real():
        return Change("dtype", cost, "{0}.real")
    return Change("dtype", cost, f"{{0}}.to({dtype})")


_USUAL = (
    *(torch.float32, torch.int64, torch.bool, torch.float64, torch.int32),
    *(torch.bfloat16, torch.float16, torch.complex64, torch.uint8, torch.int16, torch.int8),
)


def fitting_dtype(
    seen: Seen, forms: Sequence[TensorForm], others: Sequence[torch.dtype]
) -> torch.dtype | None:
    """Return what to cast to: a dtype of the same kind, if possible one that others have."""
    options = [
        dtype
        for dtype in (*others, *_USUAL)
        if dtype != seen.dtype and any(f.dtypes is None or dtype in f.dtypes for f in forms)
    ]
    kinds = (_kind(seen.dtype), *_KEPT_IN.get(_kind(seen.dtype), ()))
    if seen.dtype.is_complex and seen.dtype.to_real() in options:
        return seen.dtype.to_real()
    kept = (dtype for kind in kinds for dtype in options if _kind(dtype) == kind)
    return next(kept, None)


# From a float to a truth value no cast is offered: a mask that is added has 0 for "may attend",
# which as a truth value means the opposite.
_KEPT_IN = {
    "bool": ("int", "float"),
    "int": ("float", "bool", "complex"),
    "float": ("int", "complex"),
}


def _kind(dtype: torch.dtype) -> str:
    if dtype.is_floating_point:
        return "float"
    if dtype.is_complex:
        return "complex"
    return "bool" if dtype == torch.bool else "int"


@lru_cache(maxsize=512)
def _code(written: str) -> CodeType:
    return compile(written.format("x"), "<change>", "eval")
