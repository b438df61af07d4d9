"""Which keys a query may attend to, as an algebra of frozen objects.

True always means "may attend"; libraries differ in this, so `attend` takes no bare tensor. Query i
of t stands at position i + s - t among the s keys: the last query sees the last key, with a cache
or without (bottom-right alignment).

    t = 3, s = 5     causal()      window(2)     prefix(2)     causal() & window(4) | prefix(1)
                     1 1 1 . .     . 1 1 . .     1 1 . . .     1 1 1 . .
                     1 1 1 1 .     . . 1 1 .     1 1 . . .     1 1 1 1 .
                     1 1 1 1 1     . . . 1 1     1 1 . . .     1 1 1 1 1
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from typed_rope.checking import ShapeError, typed


class Mask(ABC):
    """A rule that says which keys each query may attend to; join rules with `&` and `|`."""

    @typed
    def __and__(self, other: "Mask") -> "Mask":
        """Allow what both rules allow."""
        return _Both(self, other)

    @typed
    def __or__(self, other: "Mask") -> "Mask":
        """Allow what either rule allows."""
        return _Either(self, other)

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
    def simplest(self, t: int, s: int) -> "Mask":
        """Return the plainest rule that allows the same for `t` queries over `s` keys."""
        return self

    @typed
    def extent(self) -> tuple[int, int]:
        """Return the batch and the heads that the rule was made for, 1 where it fits any."""
        return 1, 1

    @abstractmethod
    @typed
    def _reach(
        self, queries: Int[Tensor, "1 1 t 1"], keys: Int[Tensor, "1 1 1 s"]
    ) -> Bool[Tensor, "#b #h #t #s"]:
        """Compare positions of queries and keys."""


@dataclass(frozen=True)
class _Full(Mask):
    @typed
    def _reach(
        self, queries: Int[Tensor, "1 1 t 1"], keys: Int[Tensor, "1 1 1 s"]
    ) -> Bool[Tensor, "1 1 1 s"]:
        return torch.ones_like(keys, dtype=torch.bool)


@dataclass(frozen=True)
class _Causal(Mask):
    @typed
    def _reach(
        self, queries: Int[Tensor, "1 1 t 1"], keys: Int[Tensor, "1 1 1 s"]
    ) -> Bool[Tensor, "1 1 t s"]:
        return keys <= queries

    @typed
    def simplest(self, t: int, s: int) -> Mask:
        return _FULL if t == 1 else self


@dataclass(frozen=True)
class _Window(Mask):
    width: int

    def __post_init__(self) -> None:
        if self.width < 1:
            raise ValueError(f"masks.window: the width must be at least 1 key, got {self.width}.")

    @typed
    def _reach(
        self, queries: Int[Tensor, "1 1 t 1"], keys: Int[Tensor, "1 1 1 s"]
    ) -> Bool[Tensor, "1 1 t s"]:
        return (keys <= queries) & (keys > queries - self.width)

    @typed
    def simplest(self, t: int, s: int) -> Mask:
        return _Causal().simplest(t, s) if self.width >= s else self


@dataclass(frozen=True)
class _Prefix(Mask):
    length: int

    def __post_init__(self) -> None:
        if self.length < 0:
            raise ValueError(f"masks.prefix: the length must not be negative, got {self.length}.")

    @typed
    def _reach(
        self, queries: Int[Tensor, "1 1 t 1"], keys: Int[Tensor, "1 1 1 s"]
    ) -> Bool[Tensor, "1 1 1 s"]:
        return keys < self.length

    @typed
    def simplest(self, t: int, s: int) -> Mask:
        return _FULL if self.length >= s else self


# Compared by identity: equality of tensors is no single truth value.
@dataclass(frozen=True, eq=False)
class _Padding(Mask):
    real: Bool[Tensor, "b s"]

    @typed
    def _reach(
        self, queries: Int[Tensor, "1 1 t 1"], keys: Int[Tensor, "1 1 1 s"]
    ) -> Bool[Tensor, "b 1 1 s"]:
        covered, s = self.real.shape[1], keys.shape[3]
        if covered != s:
            raise ShapeError(f"masks.padding: the mask covers {covered} keys, but there are {s}.")
        return self.real[:, None, None, :]

    @typed
    def extent(self) -> tuple[int, int]:
        return self.real.shape[0], 1


@dataclass(frozen=True, eq=False)
class _Explicit(Mask):
    matrix: Bool[Tensor, "#b #h t s"]

    @typed
    def _reach(
        self, queries: Int[Tensor, "1 1 t 1"], keys: Int[Tensor, "1 1 1 s"]
    ) -> Bool[Tensor, "#b #h t s"]:
        covered, wanted = tuple(self.matrix.shape[2:]), (queries.shape[2], keys.shape[3])
        if covered != wanted:
            raise ShapeError(
                f"masks.explicit: the mask is for {covered[0]} queries and {covered[1]} keys, "
                f"but there are {wanted[0]} and {wanted[1]}."
            )
        return self.matrix

    @typed
    def extent(self) -> tuple[int, int]:
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
class _Both(_Pair):
    @typed
    def _reach(
        self, queries: Int[Tensor, "1 1 t 1"], keys: Int[Tensor, "1 1 1 s"]
    ) -> Bool[Tensor, "#b #h #t #s"]:
        return _where_both(self.left._reach(queries, keys), self.right._reach(queries, keys))

    @typed
    def simplest(self, t: int, s: int) -> Mask:
        left, right = self.left.simplest(t, s), self.right.simplest(t, s)
        if left == _FULL:
            return right
        return left if right in (_FULL, left) else _Both(left, right)


@dataclass(frozen=True)
class _Either(_Pair):
    @typed
    def _reach(
        self, queries: Int[Tensor, "1 1 t 1"], keys: Int[Tensor, "1 1 1 s"]
    ) -> Bool[Tensor, "#b #h #t #s"]:
        return _where_either(self.left._reach(queries, keys), self.right._reach(queries, keys))

    @typed
    def simplest(self, t: int, s: int) -> Mask:
        left, right = self.left.simplest(t, s), self.right.simplest(t, s)
        if _FULL in (left, right):
            return _FULL
        return left if left == right else _Either(left, right)


_FULL = _Full()


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


@typed
def full() -> Mask:
    """Let every query attend to every key."""
    return _FULL


@typed
def causal() -> Mask:
    """Let every query attend to the keys up to its own position."""
    return _Causal()


@typed
def window(width: int) -> Mask:
    """Let every query attend to its own position and the `width` - 1 keys before it.

    Raises: ValueError if the width is below 1.
    """
    return _Window(width)


@typed
def prefix(length: int) -> Mask:
    """Let every query attend to the first `length` keys.

    Raises: ValueError if the length is negative.
    """
    return _Prefix(length)


@typed
def padding(real: Bool[Tensor, "b s"]) -> Mask:
    """Let every query attend to the keys that are real tokens.

    Convention: True marks a real token, False padding.
    """
    return _Padding(real)


@typed
def explicit(may_attend: Bool[Tensor, "#b #h t s"]) -> Mask:
    """Let every query attend where the matrix says so.

    Convention: True means "may attend"; hand over `~matrix` where a library marks what is hidden.
    """
    return _Explicit(may_attend)


__all__ = ["Mask", "causal", "explicit", "full", "padding", "prefix", "window"]
