"""Patches of an image as one row each."""

import torch
from jaxtyping import Float
from torch import Tensor


def patchify(imgs: Float[Tensor, "n c height width"], p: int) -> Float[Tensor, "n tokens patch"]:
    n, c, height, width = imgs.shape
    h, w = height // p, width // p
    x = imgs.reshape(n, c, h, p, w, p)
    x = x.permute(0, 2, 4, 3, 5, 1)
    return x.reshape(n, h * w, p * p * c)


def example() -> None:
    assert patchify(torch.randn(2, 3, 8, 20), 4).shape == (2, 10, 48)
