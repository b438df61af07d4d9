"""Tokens replaced by a learned mask token."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def mask_tokens(
    x: Float[Tensor, "b n c"], token: Float[Tensor, "c"], masked: Bool[Tensor, "b n"]
) -> Float[Tensor, "b n c"]:
    return torch.where(masked.unsqueeze(-1), token, x)


def kept_fraction(masked: Bool[Tensor, "b n"]) -> Float[Tensor, "b"]:
    return (~masked).float().mean(dim=-1)


def example() -> None:
    masked = torch.rand(2, 5) > 0.5
    assert mask_tokens(torch.randn(2, 5, 8), torch.randn(8), masked).shape == (2, 5, 8)
    assert kept_fraction(masked).shape == (2,)
