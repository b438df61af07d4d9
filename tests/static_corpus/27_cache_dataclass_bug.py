"""A layer's cache as a frozen record that is replaced at each step."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class LayerCache:
    keys: Float[Tensor, "batch kv_heads past head_dim"]
    values: Float[Tensor, "batch kv_heads past head_dim"]


def start(
    k: Float[Tensor, "batch new kv_heads head_dim"],
    v: Float[Tensor, "batch new kv_heads head_dim"],
) -> LayerCache:
    return LayerCache(keys=k, values=v.transpose(1, 2))  # BUG: keys are stored token-major


def extend(cache: LayerCache, k: Float[Tensor, "batch kv_heads new head_dim"]) -> int:
    return torch.cat((cache.keys, k), dim=-2).shape[-2]


def example() -> None:
    k = torch.randn(2, 5, 3, 8)
    cache = start(k, k)
    assert extend(cache, torch.randn(2, 3, 1, 8)) == 6
