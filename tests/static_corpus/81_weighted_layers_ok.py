"""A mix of the hidden states of all layers."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class ScalarMix(nn.Module):
    def __init__(self, layers: int) -> None:
        super().__init__()
        self.layers = layers
        self.weights = nn.Parameter(torch.zeros(layers))

    def forward(
        self, states: Float[Tensor, "{self.layers} b t c"]
    ) -> Float[Tensor, "b t c"]:
        share: Float[Tensor, "{self.layers}"] = self.weights.softmax(dim=0)
        mixed: Tensor = torch.tensordot(share, states, dims=([0], [0]))
        return mixed


def stacked(hidden: list[Float[Tensor, "b t c"]]) -> Float[Tensor, "n b t c"]:
    return torch.stack(hidden)


def example() -> None:
    states = stacked([torch.randn(2, 5, 8) for _ in range(4)])
    assert ScalarMix(4)(states).shape == (2, 5, 8)
