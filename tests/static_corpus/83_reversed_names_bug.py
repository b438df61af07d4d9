"""Matrices of one family in both orientations."""

from typing import Final

import torch
from jaxtyping import Float, Shaped
from torch import Tensor

WIDTH: Final = 8


def gram(x: Float[Tensor, "n 8"]) -> Float[Tensor, "8 8"]:
    return x.T @ x


def kernel(x: Float[Tensor, "n 8"], y: Float[Tensor, "m 8"]) -> Float[Tensor, "n m"]:
    return (x @ y.T).exp()


def nystrom(
    x: Float[Tensor, "n 8"], landmarks: Float[Tensor, "m 8"]
) -> Float[Tensor, "n n"]:
    to_landmarks = kernel(x, landmarks)
    inverse: Tensor = torch.linalg.pinv(kernel(landmarks, landmarks))
    return to_landmarks @ inverse @ to_landmarks  # BUG: the last factor is not transposed


def rows(x: Shaped[Tensor, "n *rest"]) -> int:
    return x.shape[0]


def example() -> None:
    x = torch.randn(5, WIDTH)
    assert gram(x).shape == (8, 8) and rows(x) == 5
    assert nystrom(x, torch.randn(3, WIDTH)).shape == (5, 5)
