"""Cross attention from a decoder to the padded states of an encoder."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn


class CrossAttention(nn.Module):
    def __init__(self, dim: int, context_dim: int, heads: int, dim_head: int) -> None:
        super().__init__()
        inner = heads * dim_head
        self.heads = heads
        self.scale = dim_head**-0.5
        self.to_q = nn.Linear(dim, inner, bias=False)
        self.to_kv = nn.Linear(context_dim, inner * 2, bias=False)
        self.to_out = nn.Linear(inner, dim)

    def split(self, x: Float[Tensor, "b n i"]) -> Float[Tensor, "b {self.heads} n d"]:
        b, n, _ = x.shape
        return x.reshape(b, n, self.heads, -1).transpose(1, 2)

    def forward(
        self,
        x: Float[Tensor, "b t c"],
        context: Float[Tensor, "b s k"],
        mask: Bool[Tensor, "b s"],
    ) -> Float[Tensor, "b t c"]:
        key, value = self.to_kv(context).chunk(2, dim=-1)
        q, k, v = self.split(self.to_q(x)), self.split(key), self.split(value)
        sim = torch.einsum("bhtd,bhsd->bhts", q, k) * self.scale
        sim = sim.masked_fill(~mask[:, None, None, :], -torch.finfo(sim.dtype).max)
        attn = sim.softmax(dim=-1)
        out = torch.einsum("bhts,bhsd->bhtd", attn, v)
        out = out.transpose(1, 2).flatten(2)
        result: Float[Tensor, "b t c"] = self.to_out(out)
        return result


def example() -> None:
    layer = CrossAttention(16, 20, 3, 8)
    mask = torch.ones(2, 7, dtype=torch.bool)
    assert layer(torch.randn(2, 5, 16), torch.randn(2, 7, 20), mask).shape == (2, 5, 16)
