"""Tokens sent through their experts, and gathered again."""

import torch
import torch.nn as nn
from jaxtyping import Float, Int
from torch import Tensor


class Experts(nn.Module):
    up: Float[Tensor, "experts dim hidden"]
    down: Float[Tensor, "experts hidden dim"]

    def __init__(self, experts: int, dim: int, hidden: int) -> None:
        super().__init__()
        self.up = nn.Parameter(torch.randn(experts, dim, hidden))
        self.down = nn.Parameter(torch.randn(experts, hidden, dim))

    def forward(
        self,
        x: Float[Tensor, "tokens dim"],
        chosen: Int[Tensor, "tokens top"],
        weights: Float[Tensor, "tokens top"],
    ) -> Float[Tensor, "tokens dim"]:
        up, down = self.up[chosen], self.down[chosen]
        hidden = torch.einsum("nd,nkdf->nkf", x, up).relu()
        outputs = torch.einsum("nkf,nkfd->nkd", hidden, down)
        return (outputs * weights.unsqueeze(-1)).sum(dim=1)


def example() -> None:
    layer = Experts(6, 7, 9)
    weights, chosen = torch.randn(5, 6).softmax(-1).topk(2)
    assert layer(torch.randn(5, 7), chosen, weights).shape == (5, 7)
