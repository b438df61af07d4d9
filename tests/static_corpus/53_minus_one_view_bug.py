"""Heads split with an axis that torch works out."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class Attention(nn.Module):
    def __init__(self, dim: int, n_heads: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.head_dim = dim // n_heads
        self.wq = nn.Linear(dim, dim, bias=False)
        self.wo = nn.Linear(dim, dim, bias=False)

    def forward(self, x: Float[Tensor, "bsz seqlen dim"]) -> Float[Tensor, "bsz seqlen dim"]:
        bsz, seqlen, _ = x.shape
        xq: Float[Tensor, "bsz seqlen dim"] = self.wq(x)
        heads = xq.view(bsz, -1, seqlen, self.head_dim)  # BUG: the tokens are dealt out over the heads
        weights = torch.softmax(heads @ heads.transpose(2, 3) / self.head_dim**0.5, dim=-1)
        output = (weights @ heads).transpose(1, 2).contiguous().view(bsz, seqlen, -1)
        result: Tensor = self.wo(output)
        return result


def example() -> None:
    assert Attention(24, 3)(torch.randn(2, 5, 24)).shape == (2, 5, 24)
