"""One change of one tensor, and what the others say of it."""

from dataclasses import dataclass, replace
from functools import lru_cache
from types import CodeType
from typing import Literal

import torch
from torch import Tensor

from typed_rope.checking.system import Seen, Solution, solve, step

Kind = Literal["order", "axis", "width", "heads", "flat", "dtype", "type"]


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
    common: frozenset[str]  # the axes of all that are to be changed with it
    answers: bool  # whether it is a result that is to be changed

    def fits(self, changed: Seen) -> bool:
        """Tell whether a tensor agrees with the others."""
        if not isinstance(step(changed, self.rest), Solution):
            return False
        if self.known <= self.rest.bindings.singles.keys():
            return True
        return isinstance(solve([*self.others, changed]), Solution)  # some wait for an axis of its


@lru_cache(maxsize=512)
def _code(written: str) -> CodeType:
    return compile(written.format("x"), "<change>", "eval")
