"""Distances between two sets of points."""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def squared_distances(
    xs: Float[Tensor, "n d"], ys: Float[Tensor, "m d"]
) -> Float[Tensor, "n m"]:
    difference = xs[None] - ys[:, None]  # BUG: rows belong to ys
    return difference.square().sum(-1)


def nearest(xs: Float[Tensor, "n d"], ys: Float[Tensor, "m d"]) -> Int[Tensor, "n"]:
    return squared_distances(xs, ys).argmin(1)


def example() -> None:
    assert nearest(torch.randn(5, 3), torch.randn(7, 3)).shape == (5,)
