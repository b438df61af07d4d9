"""Attention weights with an optional padding mask."""

from typing import Optional

import torch
from jaxtyping import Bool, Float32
from torch import Tensor


def attention_weights(
    query: Float32[Tensor, "batch heads target dim"],
    key: Float32[Tensor, "batch heads source dim"],
    key_padding_mask: Optional[Bool[Tensor, "batch source"]] = None,
    dropout: float = 0.0,
) -> Float32[Tensor, "batch heads target source"]:
    scores = torch.matmul(query, key.transpose(-2, -1)) / query.size(-1) ** 0.5
    if key_padding_mask is not None:
        scores = scores.masked_fill(key_padding_mask.unsqueeze(1).unsqueeze(2), float("-inf"))
    weights = torch.softmax(scores, dim=-1)
    return torch.dropout(weights, dropout, train=False)


def example() -> None:
    q, k = torch.randn(2, 3, 5, 8), torch.randn(2, 3, 7, 8)
    assert attention_weights(q, k).shape == (2, 3, 5, 7)
    assert attention_weights(q, k, torch.zeros(2, 7, dtype=torch.bool)).shape == (2, 3, 5, 7)
