"""Sizes that agree for reasons which the annotations do not tell."""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn


class Attention(nn.Module):
    def __init__(self, dim: int, heads: int, kv_heads: int) -> None:
        super().__init__()
        self.heads, self.kv_heads = heads, kv_heads
        self.head_dim = dim // heads
        self.group = heads // kv_heads
        self.q = nn.Linear(dim, heads * self.head_dim)
        self.kv = nn.Linear(dim, 2 * kv_heads * self.head_dim)

    def forward(self, x: Float[Tensor, "b t c"]) -> Float[Tensor, "b t c"]:
        b, t, c = x.shape
        q = self.q(x).view(b, t, self.heads, self.head_dim).transpose(1, 2)
        k, v = self.kv(x).view(b, t, 2, self.kv_heads, self.head_dim).unbind(2)
        k = k.repeat_interleave(self.group, dim=2).transpose(1, 2)
        v = v.repeat_interleave(self.group, dim=2).transpose(1, 2)
        out = (q @ k.mT / math.sqrt(self.head_dim)).softmax(-1) @ v
        merged: Tensor = out.transpose(1, 2).reshape(b, t, c)
        return merged


def grid(n: int) -> Float[Tensor, "{n}*{n} 2"]:
    ys, xs = torch.meshgrid(torch.arange(n), torch.arange(n), indexing="ij")
    return torch.stack([ys, xs], dim=-1).reshape(-1, 2).float()


def tokens_of(image: Float[Tensor, "b c h w"]) -> Float[Tensor, "b n c"]:
    return image.flatten(2).mT


def image_of(tokens: Float[Tensor, "b n c"]) -> Float[Tensor, "b c h w"]:
    b, n, c = tokens.shape
    side = int(n**0.5)
    return tokens.transpose(1, 2).reshape(b, c, side, side)


def same_padding(x: Float[Tensor, "b c t"], w: Float[Tensor, "o c k"]) -> Float[Tensor, "b o t"]:
    pad = w.shape[-1] - 1
    return torch.conv1d(nn.functional.pad(x, (pad, 0)), w)


def packed(ids: Int[Tensor, "b t"], keep: int) -> Int[Tensor, "b s"]:
    return ids.sort(dim=1, descending=True).values[:, :keep].unfold(1, 1, 1).squeeze(-1)


def example() -> None:
    assert Attention(24, 6, 2)(torch.randn(2, 5, 24)).shape == (2, 5, 24)
    assert grid(4).shape == (16, 2)
    assert image_of(tokens_of(torch.randn(2, 3, 4, 4))).shape == (2, 3, 4, 4)
    assert same_padding(torch.randn(2, 6, 7), torch.randn(5, 6, 3)).shape == (2, 5, 7)
    assert packed(torch.randint(0, 9, (2, 7)), 3).shape == (2, 3)
