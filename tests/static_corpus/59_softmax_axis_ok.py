"""Attention whose weights have to sum to one over the keys."""

import torch
from jaxtyping import Float
from torch import Tensor


def attend(
    q: Float[Tensor, "b h t d"],
    k: Float[Tensor, "b h s d"],
    v: Float[Tensor, "b h s e"],
) -> Float[Tensor, "b h t e"]:
    scores = torch.einsum("bhtd,bhsd->bhts", q, k) * q.shape[-1] ** -0.5
    weights = torch.softmax(scores, dim=-1)
    return torch.einsum("bhts,bhse->bhte", weights, v)


def example() -> None:
    out = attend(torch.randn(2, 3, 5, 8), torch.randn(2, 3, 7, 8), torch.randn(2, 3, 7, 11))
    assert out.shape == (2, 3, 5, 11)
