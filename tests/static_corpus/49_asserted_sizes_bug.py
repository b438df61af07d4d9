"""Heads split after the sizes have been asserted."""

import torch
from jaxtyping import Float
from torch import Tensor


class Heads:
    def __init__(self, num_heads: int, head_dim: int) -> None:
        self.num_heads = num_heads
        self.head_dim = head_dim

    def split(self, x: Float[Tensor, "batch seq embed"]) -> Float[Tensor, "batch heads seq dim"]:
        batch, seq, embed = x.shape
        assert embed == self.num_heads * self.head_dim
        x = x.reshape(batch, seq, self.num_heads, self.head_dim)
        return x.transpose(1, 2)

    def merge(self, x: Float[Tensor, "batch heads seq dim"]) -> Float[Tensor, "batch seq heads*dim"]:
        batch, heads, seq, dim = x.shape
        assert heads == self.num_heads and dim == self.head_dim
        return x.reshape(batch, seq, self.num_heads * self.head_dim)  # BUG: tokens and heads run together


def example() -> None:
    heads = Heads(3, 8)
    assert heads.merge(heads.split(torch.randn(2, 5, 24))).shape == (2, 5, 24)
