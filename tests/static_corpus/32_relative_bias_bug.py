"""Relative position bias, looked up in a learned table."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn


class RelativePositionBias(nn.Module):
    def __init__(self, num_buckets: int, num_heads: int) -> None:
        super().__init__()
        self.num_buckets = num_buckets
        self.relative_attention_bias = nn.Embedding(num_buckets, num_heads)

    def bucket(self, relative: Int[Tensor, "q k"]) -> Int[Tensor, "q k"]:
        return relative.abs().clamp(max=self.num_buckets - 1)

    def forward(self, query_length: int, key_length: int) -> Float[Tensor, "1 heads {query_length} {key_length}"]:
        context_position = torch.arange(query_length)[:, None]
        memory_position = torch.arange(key_length)[None, :]
        buckets = self.bucket(memory_position - context_position)
        values = self.relative_attention_bias(buckets)
        values = values.permute([2, 1, 0]).unsqueeze(0)  # BUG: keys before queries
        result: Tensor = values
        return result


def example() -> None:
    assert RelativePositionBias(6, 3)(5, 7).shape == (1, 3, 5, 7)
