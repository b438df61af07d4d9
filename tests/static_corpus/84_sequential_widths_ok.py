"""A feed-forward stack whose widths come from its constructor."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class FeedForward(nn.Module):
    def __init__(self, dim: int, mult: int = 4) -> None:
        super().__init__()
        hidden = dim * mult
        self.dim = dim
        self.norm = nn.LayerNorm(dim)
        self.fc1 = nn.Linear(dim, hidden)
        self.act = nn.GELU()
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x: Float[Tensor, "b t {self.dim}"]) -> Float[Tensor, "b t {self.dim}"]:
        y = self.act(self.fc1(self.norm(x)))
        out: Tensor = self.fc2(y)
        return out


def example() -> None:
    assert FeedForward(8, 3)(torch.randn(2, 5, 8)).shape == (2, 5, 8)
