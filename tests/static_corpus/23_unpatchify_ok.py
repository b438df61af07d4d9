"""Patches back to an image, as a masked autoencoder does it."""

import torch
from jaxtyping import Float
from torch import Tensor


def unpatchify(
    x: Float[Tensor, "n rows cols p q c"],
) -> Float[Tensor, "n c rows*p cols*q"]:
    n, rows, cols, p, q, c = x.shape
    x = torch.einsum("nhwpqc->nchpwq", x)
    return x.reshape(shape=(n, c, rows * p, cols * q))


def example() -> None:
    assert unpatchify(torch.randn(2, 4, 5, 6, 7, 3)).shape == (2, 3, 24, 35)
