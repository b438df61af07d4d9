"""A kernel that wants (batch, length, heads, dim), and a model that has it otherwise."""

import torch
from jaxtyping import Float
from torch import Tensor


def memory_efficient_attention(
    query: Float[Tensor, "B M H K"],
    key: Float[Tensor, "B N H K"],
    value: Float[Tensor, "B N H V"],
    attn_bias: Float[Tensor, "B H M N"] | None = None,
    p: float = 0.0,
) -> Float[Tensor, "B M H V"]:
    scale = 1 / query.shape[-1] ** 0.5
    query = query * scale
    query, key, value = query.transpose(1, 2), key.transpose(1, 2), value.transpose(1, 2)
    attn = query @ key.transpose(-2, -1)
    if attn_bias is not None:
        attn = attn + attn_bias
    attn = attn.softmax(-1)
    return (attn @ value).transpose(1, 2).contiguous()


class Layer:
    def __init__(self, heads: int) -> None:
        self.heads = heads

    def reshape(self, x: Float[Tensor, "batch length width"]) -> Float[Tensor, "batch length {self.heads} dim"]:
        return x.view(*x.shape[:-1], self.heads, -1)

    def __call__(
        self, x: Float[Tensor, "batch length width"], bias: Float[Tensor, "batch {self.heads} length length"]
    ) -> Float[Tensor, "batch length width"]:
        q = k = v = self.reshape(x)
        out = memory_efficient_attention(q, k, v, attn_bias=bias.transpose(1, 2))  # BUG: heads of the bias behind the queries
        return out.flatten(2)


def example() -> None:
    assert Layer(3)(torch.randn(2, 5, 24), torch.zeros(2, 3, 5, 5)).shape == (2, 5, 24)
