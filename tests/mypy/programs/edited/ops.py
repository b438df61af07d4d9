"""Functions and methods of many kinds, all declared with imported aliases."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, ParamSpec, TypeVar, final

from exported import HeadsFirst, Table
from jaxtyping import Float
from torch import Tensor

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F")


def logged(function: Callable[P, R]) -> Callable[P, R]:
    return function


def same(function: F) -> F:
    return function


def rotate(x: HeadsFirst, cos: Table) -> HeadsFirst:
    return x


def normed(x: Float[Tensor, "b h t d"]) -> Float[Tensor, "b h t d"]:
    return x  # wrong: again repaired


def first() -> Float[Tensor, "b h t d"]: ...


def second() -> Float[Tensor, "b s g d"]: ...


class Held:
    one: Float[Tensor, "b h t d"]
    other: Float[Tensor, "b s g d"]


@logged
def scale(x: HeadsFirst, by: float) -> HeadsFirst:
    return x * by


@same
def shift(x: HeadsFirst, by: float) -> HeadsFirst:
    return x + by


class Block:
    def __init__(self, table: Table, last: HeadsFirst) -> None:
        self.table = table
        self._last = last

    @property
    def last(self) -> HeadsFirst:
        return self._last

    @last.setter
    def last(self, value: HeadsFirst) -> None:
        self._last = value

    def forward(self, x: HeadsFirst) -> HeadsFirst:
        return rotate(x, self.table)

    async def later(self, x: HeadsFirst) -> HeadsFirst:
        return self.forward(x)

    @final
    @classmethod
    def of(cls, x: HeadsFirst) -> HeadsFirst:
        return x


class Pair(NamedTuple):
    x: HeadsFirst
    cos: Table


if TYPE_CHECKING:

    def hidden(x: HeadsFirst) -> HeadsFirst:
        return x

else:

    def hidden(x):
        return x


try:
    import ast as fast

    NAME = fast.__name__

    def tried(x: HeadsFirst) -> HeadsFirst:
        return x

except ImportError:
    raise
