"""Annotations through the package's name."""

import jaxtyping as jt
import torch
from torch import nn


class LinearHead(nn.Module):
    weight: jt.Float32[torch.Tensor, "classes features"]

    def __init__(self, features: int, classes: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(classes, features))

    def forward(
        self, x: jt.Float32[torch.Tensor, "batch features"]
    ) -> jt.Float32[torch.Tensor, "batch classes"]:
        return nn.functional.linear(x, self.weight)


def confusion(
    predicted: jt.Int64[torch.Tensor, " samples"],
    actual: jt.Int64[torch.Tensor, " samples"],
    classes: int,
) -> jt.Int64[torch.Tensor, "{classes} {classes}"]:
    index = actual * classes + predicted
    return torch.bincount(index, minlength=classes**2).view(classes, classes)


def evaluate(
    head: LinearHead, x: jt.Float32[torch.Tensor, "n f"], y: jt.Int64[torch.Tensor, " n"]
) -> jt.Int64[torch.Tensor, "3 3"]:
    return confusion(head(x).argmax(dim=0), y, 3)  # BUG: the best sample for each class


def example() -> None:
    assert evaluate(LinearHead(8, 3), torch.randn(5, 8), torch.randint(0, 3, (5,))).shape == (3, 3)
