"""Shapes that have names in the file."""

from typing import TypeAlias

import torch
from jaxtyping import Float, Int
from torch import Tensor

Tokens = Int[Tensor, "batch seq"]
Hidden: TypeAlias = Float[Tensor, "batch seq hidden"]
Table = Float[Tensor, "vocab hidden"]
Logits = Float[Tensor, "batch seq vocab"]


def embed(tokens: Tokens, table: Table) -> Hidden:
    return table[tokens]


def unembed(hidden: Hidden, table: Table) -> Logits:
    return hidden @ table.transpose(0, 1)


def shift(hidden: Hidden) -> Hidden:
    return torch.roll(hidden, 1, dims=1)


def example() -> None:
    table = torch.randn(11, 8)
    x = embed(torch.randint(0, 11, (2, 5)), table)
    assert unembed(shift(x), table).shape == (2, 5, 11)
