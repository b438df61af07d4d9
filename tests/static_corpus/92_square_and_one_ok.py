"""Axes that are equal by their names, and axes of size one."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def causal(t: int) -> Bool[Tensor, "{t} {t}"]:
    return torch.ones(t, t, dtype=torch.bool).tril()


def symmetric(a: Float[Tensor, "n n"]) -> Float[Tensor, "n n"]:
    return (a + a.T) / 2


def self_scores(x: Float[Tensor, "b h t d"]) -> Float[Tensor, "b h t t"]:
    scores = x @ x.transpose(-1, -2)
    return scores.masked_fill(~causal(x.shape[2]), float("-inf"))


def centre(a: Float[Tensor, "n n"]) -> Float[Tensor, "n n"]:
    return a - a.mean(0, keepdim=True) - a.mean(1, keepdim=True) + a.mean()


def broadcast_time(x: Float[Tensor, "b t c"], s: Float[Tensor, "b #t c"]) -> Float[Tensor, "b t c"]:
    return x * s


def scaled(x: Float[Tensor, "b t c"], by: Float[Tensor, "b"] | float) -> Float[Tensor, "b t c"]:
    if isinstance(by, float):
        return x * by
    return x * by.reshape(-1, *(1 for _ in x.shape[1:]))


def singleton(x: Float[Tensor, "b c"]) -> Float[Tensor, "b 1 c"]:
    return x[:, None]


def example() -> None:
    x = torch.randn(2, 5, 8)
    assert self_scores(torch.randn(2, 3, 5, 8)).shape == (2, 3, 5, 5)
    assert centre(symmetric(torch.randn(5, 5))).shape == (5, 5)
    assert broadcast_time(x, torch.ones(2, 1, 8)).shape == (2, 5, 8)
    assert scaled(x, torch.ones(2)).shape == scaled(x, 2.0).shape == (2, 5, 8)
    assert singleton(x[:, 0]).shape == (2, 1, 8)
