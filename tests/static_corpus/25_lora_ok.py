"""A low-rank addition to a frozen projection."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class LoRALinear(nn.Module):
    weight: Float[nn.Parameter, "out_features in_features"]
    lora_A: Float[nn.Parameter, "rank in_features"]
    lora_B: Float[nn.Parameter, "out_features rank"]

    def __init__(self, in_features: int, out_features: int, rank: int, alpha: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features))
        self.lora_A = nn.Parameter(torch.randn(rank, in_features))
        self.lora_B = nn.Parameter(torch.zeros(out_features, rank))
        self.scaling = alpha / rank

    def forward(
        self, x: Float[Tensor, "batch seq in_features"]
    ) -> Float[Tensor, "batch seq out_features"]:
        base = x @ self.weight.T
        return base + (x @ self.lora_A.T @ self.lora_B.T) * self.scaling


def merged(
    weight: Float[Tensor, "o i"], a: Float[Tensor, "r i"], b: Float[Tensor, "o r"], scale: float
) -> Float[Tensor, "o i"]:
    return weight + scale * (b @ a)


def example() -> None:
    layer = LoRALinear(7, 11, 3, 6.0)
    assert layer(torch.randn(2, 5, 7)).shape == (2, 5, 11)
    assert merged(layer.weight, layer.lora_A, layer.lora_B, 2.0).shape == (11, 7)
