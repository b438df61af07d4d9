"""Residual connections around anything that keeps a shape."""

from collections.abc import Callable
from typing import TypeVar

import torch
from jaxtyping import Float
from torch import Tensor

T = TypeVar("T", bound=Tensor)


def residual(x: Float[Tensor, "b t c"], branch: Callable[[Tensor], Tensor]) -> Float[Tensor, "b t c"]:
    return x + branch(x)


def same(x: T) -> T:
    return x


def mix_tokens(x: Float[Tensor, "b t c"], w: Float[Tensor, "t t"]) -> Float[Tensor, "b t c"]:
    mixed = torch.einsum("btc,ts->bsc", x, w)
    return residual(same(x), lambda y: y + mixed)


def mix(
    x: Float[Tensor, "b t c"], token_weights: Float[Tensor, "t t"], width_weights: Float[Tensor, "c c"]
) -> Float[Tensor, "b t c"]:
    x = mix_tokens(same(x), width_weights)  # BUG: weights over channels where those over tokens belong
    return x @ width_weights


def example() -> None:
    assert mix(torch.randn(2, 5, 8), torch.randn(5, 5), torch.randn(8, 8)).shape == (2, 5, 8)
