"""Attention that takes a short way where there is one token."""

import math

import torch
from jaxtyping import Float
from torch import Tensor


def attend(
    q: Float[Tensor, "b h t d"], k: Float[Tensor, "b h s d"], v: Float[Tensor, "b h s d"]
) -> Float[Tensor, "b t h d"]:
    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    if (n := q.shape[2]) == 1:
        only: Float[Tensor, "b h 1 d"] = scores.softmax(-1) @ v
        return only.permute(0, 2, 1, 3)
    if n < 0:
        raise ValueError("negative length")
    context = scores.softmax(-1) @ v
    return context.transpose(1, 2)


def example() -> None:
    k = torch.randn(2, 3, 7, 8)
    assert attend(torch.randn(2, 3, 5, 8), k, k).shape == (2, 5, 3, 8)
    assert attend(torch.randn(2, 3, 1, 8), k, k).shape == (2, 1, 3, 8)
