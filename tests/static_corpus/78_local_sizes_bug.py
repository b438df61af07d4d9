"""One projection for queries, keys and values, taken apart by a view."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class Attention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 4) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.scale = (dim // num_heads) ** -0.5
        self.qkv = nn.Linear(dim, dim * 3)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: Float[Tensor, "B N C"]) -> Float[Tensor, "B N C"]:
        B, N, C = x.shape
        packed = self.qkv(x).reshape(B, N, 3, self.num_heads, C // self.num_heads)
        q, k, v = packed.permute(2, 0, 3, 1, 4).unbind(0)
        attn = (q * self.scale) @ k.transpose(-2, -1)
        attn = attn.softmax(dim=-1)
        x = (attn @ v).reshape(B, N, C)  # BUG: heads are not brought back next to their channels
        out: Tensor = self.proj(x)
        return out


def example() -> None:
    assert Attention(24, 3)(torch.randn(2, 5, 24)).shape == (2, 5, 24)
