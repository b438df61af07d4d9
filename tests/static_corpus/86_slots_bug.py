"""Slots that compete for the inputs: weights sum to one over the slots."""

import torch
from jaxtyping import Float
from torch import Tensor


def slot_update(
    slots: Float[Tensor, "batch slots dim"], inputs: Float[Tensor, "batch items dim"]
) -> Float[Tensor, "batch slots dim"]:
    logits = torch.einsum("bid,bsd->bis", inputs, slots)
    attention = logits.softmax(dim=-1) + 1e-8
    attention = attention / attention.sum(dim=1, keepdim=True)
    return torch.einsum("bsd,bis->bid", slots, attention)  # BUG: gives one row an item


def example() -> None:
    assert slot_update(torch.randn(2, 3, 8), torch.randn(2, 5, 8)).shape == (2, 3, 8)
