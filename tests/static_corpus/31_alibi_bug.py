"""Linear biases: each head penalises distance with a slope of its own."""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def distances(t: Int[Tensor, "t"], s: Int[Tensor, "s"]) -> Int[Tensor, "t s"]:
    return s[None, :] - t[:, None]


def alibi_bias(
    slopes: Float[Tensor, "heads"], distance: Int[Tensor, "queries keys"]
) -> Float[Tensor, "heads queries keys"]:
    bias = slopes.view(-1, 1) * distance.abs().neg()  # BUG: slopes meet the queries
    return bias


def biased(
    scores: Float[Tensor, "batch heads queries keys"],
    bias: Float[Tensor, "heads queries keys"],
) -> Float[Tensor, "batch heads queries keys"]:
    return scores + bias[None]


def example() -> None:
    distance = distances(torch.arange(5), torch.arange(7))
    bias = alibi_bias(torch.rand(3), distance)
    assert biased(torch.randn(2, 3, 5, 7), bias).shape == (2, 3, 5, 7)
