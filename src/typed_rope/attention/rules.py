"""What masks are made of: frozen rules that compare positions, and the two ways to join them.

A rule lays itself out over query positions `1 1 t 1` and key positions `1 1 1 s`, and gives a
matrix that broadcasts to `b h t s`: only what a rule depends on is laid out in full.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from typed_rope.checking import ShapeError, typed


class Mask(ABC):
    """A rule that says which keys each query may attend to; join rules with `&` and `|`."""

    def __and__(self, other: "Mask") -> "Mask":
        """Allow what both rules allow."""
        return both(self, other)

    def __or__(self, other: "Mask") -> "Mask":
        """Allow what either rule allows."""
        return either(self, other)

    @typed
    def allowed(
        self, t: int, s: int, *, device: torch.device | str | None = None
    ) -> Bool[Tensor, "#b #h t={t} s={s}"]:
        """Lay the rule out for `t` queries over `s` keys; True where a query may attend.

        Convention: the last query stands at the last key.
        Raises: ShapeError if the rule was made for another number of keys or queries.
        """
        keys = torch.arange(s, device=device).view(1, 1, 1, s)
        queries = torch.arange(s - t, s, device=device).view(1, 1, t, 1)
        return self._reach(queries, keys).expand(-1, -1, t, s)

    @typed
    def extent(self) -> tuple[int, int]:
        """Return the batch and the heads that the rule was made for, 1 where it fits any."""
        return 1, 1

    def _simplest(self, t: int, s: int) -> "Mask":
        return self

    @abstractmethod
    @typed
    def _reach(
        self, queries: Int[Tensor, "1 1 t 1"], keys: Int[Tensor, "1 1 1 s"]
    ) -> Bool[Tensor, "#b #h #t #s"]:
        """Compare positions of queries and keys."""


@dataclass(frozen=True)
class Full(Mask):
    """Every query, every key."""

    @typed
    def _reach(
        self, queries: Int[Tensor, "1 1 t 1"], keys: Int[Tensor, "1 1 1 s"]
    ) -> Bool[Tensor, "1 1 1 s"]:
        return torch.ones_like(keys, dtype=torch.bool)


@dataclass(frozen=True)
class Causal(Mask):
    """The keys up to the query's own position."""

    @typed
    def _reach(
        self, queries: Int[Tensor, "1 1 t 1"], keys: Int[Tensor, "1 1 1 s"]
    ) -> Bool[Tensor, "1 1 t s"]:
        return keys <= queries

    def _simplest(self, t: int, s: int) -> Mask:
        return Full() if t == 1 else self


@dataclass(frozen=True)
class Window(Mask):
    """The query's own position and those just before it."""

    width: int

    def __post_init__(self) -> None:
        """Refuse a window without a key."""
        if self.width < 1:
            raise ValueError(f"masks.window: the width must be at least 1 key, got {self.width}.")

    @typed
    def _reach(
        self, queries: Int[Tensor, "1 1 t 1"], keys: Int[Tensor, "1 1 1 s"]
    ) -> Bool[Tensor, "1 1 t s"]:
        return (keys <= queries) & (keys > queries - self.width)

    def _simplest(self, t: int, s: int) -> Mask:
        return simplest(Causal(), t, s) if self.width >= s else self


@dataclass(frozen=True)
class Prefix(Mask):
    """The first keys."""

    length: int

    def __post_init__(self) -> None:
        """Refuse fewer keys than none."""
        if self.length < 0:
            raise ValueError(f"masks.prefix: the length must not be negative, got {self.length}.")

    @typed
    def _reach(
        self, queries: Int[Tensor, "1 1 t 1"], keys: Int[Tensor, "1 1 1 s"]
    ) -> Bool[Tensor, "1 1 1 s"]:
        return keys < self.length

    def _simplest(self, t: int, s: int) -> Mask:
        return Full() if self.length >= s else self


# Rules that hold tensors are compared by identity: equality of tensors is no single truth value.
@typed
@dataclass(frozen=True, eq=False)
class Padding(Mask):
    """The keys that are real tokens, row by row."""

    real: Bool[Tensor, "b s"]

    @typed
    def _reach(
        self, queries: Int[Tensor, "1 1 t 1"], keys: Int[Tensor, "1 1 1 s"]
    ) -> Bool[Tensor, "b 1 1 s"]:
        covered, s = self.real.shape[1], keys.shape[3]
        if covered != s:
            reason = f"the mask covers {covered} keys, but there are {s}."
            raise ShapeError.from_body("masks.padding", "real", reason, s=s)
        return self.real[:, None, None, :]

    @typed
    def extent(self) -> tuple[int, int]:
        """Return the batch of the rows."""
        return self.real.shape[0], 1


@typed
@dataclass(frozen=True, eq=False)
class Explicit(Mask):
    """Where a given matrix says so."""

    matrix: Bool[Tensor, "#b #h t s"]

    @typed
    def _reach(
        self, queries: Int[Tensor, "1 1 t 1"], keys: Int[Tensor, "1 1 1 s"]
    ) -> Bool[Tensor, "#b #h t s"]:
        t, s = self.matrix.shape[2:]
        if (t, s) != (queries.shape[2], keys.shape[3]):
            reason = (
                f"the mask is for {t} queries and {s} keys, "
                f"but there are {queries.shape[2]} and {keys.shape[3]}."
            )
            raise ShapeError.from_body("masks.explicit", "may_attend", reason)
        return self.matrix

    @typed
    def extent(self) -> tuple[int, int]:
        """Return the batch and the heads of the matrix."""
        return self.matrix.shape[0], self.matrix.shape[1]


@dataclass(frozen=True)
class _Pair(Mask):
    left: Mask
    right: Mask

    @typed
    def extent(self) -> tuple[int, int]:
        left, right = self.left.extent(), self.right.extent()
        return max(left[0], right[0]), max(left[1], right[1])


@dataclass(frozen=True)
class Both(_Pair):
    """What two rules both allow."""

    @typed
    def _reach(
        self, queries: Int[Tensor, "1 1 t 1"], keys: Int[Tensor, "1 1 1 s"]
    ) -> Bool[Tensor, "#b #h #t #s"]:
        return _where_both(self.left._reach(queries, keys), self.right._reach(queries, keys))

    def _simplest(self, t: int, s: int) -> Mask:
        left, right = simplest(self.left, t, s), simplest(self.right, t, s)
        if left == Full():
            return right
        return left if right in (Full(), left) else Both(left, right)


@dataclass(frozen=True)
class Either(_Pair):
    """What one of two rules allows."""

    @typed
    def _reach(
        self, queries: Int[Tensor, "1 1 t 1"], keys: Int[Tensor, "1 1 1 s"]
    ) -> Bool[Tensor, "#b #h #t #s"]:
        return _where_either(self.left._reach(queries, keys), self.right._reach(queries, keys))

    def _simplest(self, t: int, s: int) -> Mask:
        left, right = simplest(self.left, t, s), simplest(self.right, t, s)
        if Full() in (left, right):
            return Full()
        return left if left == right else Either(left, right)


# Functions, not methods: a class cannot name itself in annotations that are read while it is made.
@typed
def both(left: Mask, right: Mask) -> Mask:
    """Allow what both rules allow."""
    return Both(left, right)


@typed
def either(left: Mask, right: Mask) -> Mask:
    """Allow what either rule allows."""
    return Either(left, right)


@typed
def simplest(mask: Mask, t: int, s: int) -> Mask:
    """Return the plainest rule that allows the same for `t` queries over `s` keys."""
    return mask._simplest(t, s)


@typed
def _where_both(
    left: Bool[Tensor, "#b #h #t #s"], right: Bool[Tensor, "#b #h #t #s"]
) -> Bool[Tensor, "#b #h #t #s"]:
    return left & right


@typed
def _where_either(
    left: Bool[Tensor, "#b #h #t #s"], right: Bool[Tensor, "#b #h #t #s"]
) -> Bool[Tensor, "#b #h #t #s"]:
    return left | right


__all__ = ["Mask", "both", "either", "simplest"]
