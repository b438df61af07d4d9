"""Calls by keyword, in an order of their own."""

import torch
from jaxtyping import Float
from torch import Tensor


def scaled_attention(
    query: Float[Tensor, "batch q_len k_dim"],
    key: Float[Tensor, "batch kv_len k_dim"],
    value: Float[Tensor, "batch kv_len v_dim"],
    *,
    temperature: float = 1.0,
) -> Float[Tensor, "batch q_len v_dim"]:
    logits = query.bmm(key.transpose(1, 2)) / temperature
    return logits.softmax(-1).bmm(value)


def retrieve(
    questions: Float[Tensor, "b q k"],
    titles: Float[Tensor, "b n k"],
    bodies: Float[Tensor, "b n v"],
) -> Float[Tensor, "b q v"]:
    return scaled_attention(value=bodies, key=titles, query=questions, temperature=2.0)


def example() -> None:
    out = retrieve(torch.randn(2, 5, 8), torch.randn(2, 7, 8), torch.randn(2, 7, 11))
    assert out.shape == (2, 5, 11)
