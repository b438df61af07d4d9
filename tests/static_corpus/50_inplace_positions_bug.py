"""Position embeddings added in place."""

import torch
from jaxtyping import Float
from torch import Tensor


def sinusoids(length: int, channels: int) -> Float[Tensor, "{length} {channels}"]:
    assert channels % 2 == 0
    inverse = torch.exp(-torch.arange(channels // 2) / (channels // 2))
    scaled = torch.arange(length)[:, None] * inverse[None, :]
    return torch.cat([scaled.sin(), scaled.cos()], dim=1)


def add_positions_(
    x: Float[Tensor, "batch length channels"], table: Float[Tensor, "positions channels"]
) -> Float[Tensor, "batch length channels"]:
    x += table[:, : x.size(1)]  # BUG: cuts the channels of the table
    x.mul_(0.5)
    return x


def example() -> None:
    assert add_positions_(torch.randn(2, 5, 8), sinusoids(7, 8)).shape == (2, 5, 8)
