"""Batches as typed dictionaries."""

from typing import TypedDict

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


class Batch(TypedDict):
    input_ids: Int[Tensor, "batch seq"]
    attention_mask: Bool[Tensor, "batch seq"]
    labels: Int[Tensor, "batch"]


def pool(
    hidden: Float[Tensor, "batch seq width"], mask: Bool[Tensor, "batch seq"]
) -> Float[Tensor, "batch width"]:
    weights = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * weights).sum(1) / weights.sum(1).clamp(min=1e-9)


def encode(batch: Batch, table: Float[Tensor, "vocab width"]) -> Float[Tensor, "batch width"]:
    hidden = table[batch["input_ids"]]
    return pool(hidden, batch["input_ids"])  # BUG: token numbers where a mask is wanted


def example() -> None:
    ids = torch.randint(0, 11, (2, 5))
    batch = Batch(input_ids=ids, attention_mask=ids > 2, labels=torch.tensor([0, 1]))
    assert encode(batch, torch.randn(11, 8)).shape == (2, 8)
