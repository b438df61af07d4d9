"""Attention backends that share a protocol."""

from typing import Protocol, runtime_checkable

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor


@runtime_checkable
class Backend(Protocol):
    def __call__(
        self,
        q: Float[Tensor, "b h t d"],
        k: Float[Tensor, "b h s d"],
        v: Float[Tensor, "b h s e"],
    ) -> Float[Tensor, "b h t e"]: ...


def sdpa(
    q: Float[Tensor, "b h t d"], k: Float[Tensor, "b h s d"], v: Float[Tensor, "b h s e"]
) -> Float[Tensor, "b h t e"]:
    return F.scaled_dot_product_attention(q, k, v)


def cross(
    backend: Backend,
    q: Float[Tensor, "b t h d"],
    memory: Float[Tensor, "b h s d"],
) -> Float[Tensor, "b t h d"]:
    out = backend(q, memory, memory)  # BUG: q is token-major
    return out.transpose(1, 2)


def example() -> None:
    assert cross(sdpa, torch.randn(2, 5, 3, 8), torch.randn(2, 3, 7, 8)).shape == (2, 5, 3, 8)
