"""A cache for each layer, as a list of pairs."""

import torch
from jaxtyping import Float
from torch import Tensor

KV = tuple[Float[Tensor, "b h s d"], Float[Tensor, "b h s e"]]


def append(
    past: KV, k: Float[Tensor, "b h t d"], v: Float[Tensor, "b h t e"]
) -> tuple[Float[Tensor, "b h s+t d"], Float[Tensor, "b h s+t e"]]:
    return torch.cat((past[0], k), dim=2), torch.cat((past[1], v), dim=2)


def attend(q: Float[Tensor, "b h t d"], cache: KV) -> Float[Tensor, "b h t e"]:
    keys, values = cache
    scores = q @ keys.transpose(-2, -1)
    return scores.softmax(dim=-1) @ values


def decode(q: Float[Tensor, "b h t d"], caches: list[KV]) -> list[Float[Tensor, "b h t e"]]:
    return [attend(q, cache) for cache in caches]


def example() -> None:
    k, v = torch.randn(2, 3, 7, 8), torch.randn(2, 3, 7, 11)
    cache = append((k, v), k, v)
    assert decode(torch.randn(2, 3, 5, 8), [cache])[0].shape == (2, 3, 5, 11)
