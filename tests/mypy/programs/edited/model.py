"""Each function is in the wrong while the steps last that its comment names."""

from jaxtyping import Float
from ops import Block, Held, Pair, first, hidden, normed, rotate, scale, second, shift, tried
from torch import Tensor

import shapes
from shapes import Cached, Queries, Table

TokensFirst = Float[Tensor, "b t h d"]


def called(q: TokensFirst, cos: Table) -> None:
    rotate(q, cos)  # wrong: heads


def decorated(q: Float[Tensor, "b t h d"]) -> None:
    scale(q, 2.0)  # wrong: heads


def generic(q: TokensFirst) -> None:
    shift(q, 2.0)  # wrong: heads


def method(block: Block, q: TokensFirst) -> None:
    block.forward(q)  # wrong: heads


async def awaited(block: Block, q: TokensFirst) -> None:
    await block.later(q)  # wrong: heads
    rotate(await block.later(q.transpose(1, 2)), block.table)  # wrong: tokens


def class_method(q: TokensFirst) -> None:
    Block.of(q)  # wrong: heads


def under_condition(q: TokensFirst) -> None:
    hidden(q)  # wrong: heads
    tried(q)  # wrong: heads


def chosen(q: Queries, other: Queries, flag: bool) -> TokensFirst:
    x = q if flag else other
    return x  # wrong: heads unknown moved again repaired


def cached(cache: Cached) -> TokensFirst | None:
    if cache is None:
        return None
    return cache  # wrong: heads unknown moved again repaired


def result(q: TokensFirst, cos: Table) -> Float[Tensor, "b h t d"]:
    return rotate(q.transpose(1, 2), cos)  # wrong: tokens


def by_module(q: shapes.Queries) -> TokensFirst:
    return q  # wrong: heads unknown moved again repaired


def property_read(block: Block, q: TokensFirst) -> TokensFirst:
    block.last = q
    return q


def nested(q: TokensFirst) -> None:
    def inner(x: TokensFirst) -> None:
        shift(x, 2.0)  # wrong: heads

    inner(q)


def mixed(held: Held, flag: bool) -> list[Tensor]:
    return [first() if flag else second(), held.one if flag else held.other]


def after_mixing() -> TokensFirst:
    return first()  # wrong: heads tokens unknown moved again repaired


def attribute_after_mixing(held: Held) -> TokensFirst:
    return held.one  # wrong: heads tokens unknown moved again repaired


def callee(q: Float[Tensor, "b g t d"]) -> Float[Tensor, "b g t d"]:
    return normed(q)  # wrong: again


def constructed(q: TokensFirst, cos: Table) -> None:
    Pair(q, cos)  # wrong: heads
