"""A preallocated cache, written at the current positions."""

import torch
from jaxtyping import Float
from torch import Tensor


class StaticCache:
    k_cache: Float[Tensor, "batch heads max_len dim"]

    def __init__(self, batch: int, heads: int, max_len: int, dim: int) -> None:
        self.k_cache = torch.zeros(batch, heads, max_len, dim)

    def update(
        self, start: int, k: Float[Tensor, "batch heads new dim"]
    ) -> Float[Tensor, "batch heads past dim"]:
        end = start + k.shape[2]
        self.k_cache[:, :, start:end] = k
        return self.k_cache[:, :, :end]


def fill(
    cache: Float[Tensor, "b h s d"], k: Float[Tensor, "b t h d"]
) -> Float[Tensor, "b h s d"]:
    length = k.size(1)
    cache[:, :, :length] = k  # BUG: k is token-major
    return cache


def example() -> None:
    cache = StaticCache(2, 3, 11, 8)
    assert cache.update(0, torch.randn(2, 3, 5, 8)).shape == (2, 3, 5, 8)
    assert fill(torch.zeros(2, 3, 11, 8), torch.randn(2, 5, 3, 8)).shape == (2, 3, 11, 8)
