"""Joining any number of sequences."""

import torch
from jaxtyping import Float
from torch import Tensor


def concatenate(*parts: Float[Tensor, "b _ c"]) -> Float[Tensor, "b n c"]:
    return torch.cat(parts, dim=1)


def mean_of(first: Float[Tensor, "b t c"], *others: Float[Tensor, "b t c"]) -> Float[Tensor, "b t c"]:
    return torch.stack((first, *others)).mean(0)


def ensemble(
    x: Float[Tensor, "b t c"], y: Float[Tensor, "b t c"], z: Float[Tensor, "t b c"]
) -> Float[Tensor, "b t c"]:
    return mean_of(x, y, z.transpose(0, 1))


def example() -> None:
    x, y = torch.randn(2, 5, 8), torch.randn(2, 7, 8)
    assert concatenate(x, y, x).shape == (2, 17, 8)
    assert ensemble(x, x, torch.randn(5, 2, 8)).shape == (2, 5, 8)
