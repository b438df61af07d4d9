"""The hidden state of each sequence's last real token."""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def last_token(
    hidden: Float[Tensor, "batch seq width"], lengths: Int[Tensor, "batch"]
) -> Float[Tensor, "batch width"]:
    rows = torch.arange(hidden.size(0), device=hidden.device)
    return hidden[:, lengths - 1]  # BUG: every length for every row: (batch, batch, width)


def first_token(hidden: Float[Tensor, "batch seq width"]) -> Float[Tensor, "batch width"]:
    return hidden[:, 0]


def example() -> None:
    hidden = torch.randn(2, 5, 8)
    assert last_token(hidden, torch.tensor([3, 5])).shape == (2, 8)
    assert first_token(hidden).shape == (2, 8)
