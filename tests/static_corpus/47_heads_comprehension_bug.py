"""Heads computed one after the other and stacked."""

import torch
from jaxtyping import Float
from torch import Tensor


def one_head(
    q: Float[Tensor, "b t d"], k: Float[Tensor, "b t d"], v: Float[Tensor, "b t d"]
) -> Float[Tensor, "b t d"]:
    weights = (q @ k.mT).softmax(dim=-1)
    return weights @ v


def all_heads(
    q: Float[Tensor, "b h t d"], k: Float[Tensor, "b h t d"], v: Float[Tensor, "b h t d"]
) -> Float[Tensor, "b h t d"]:
    heads = [one_head(a, b, c) for a, b, c in zip(q.unbind(1), k.unbind(1), v.unbind(1))]
    return torch.stack(heads, dim=1)


def concatenated(x: Float[Tensor, "b h t d"]) -> Float[Tensor, "b t h*d"]:
    return torch.cat([x[:, i] for i in range(x.shape[1])], dim=-1)


def by_token(x: Float[Tensor, "b h t d"]) -> Float[Tensor, "t b h d"]:
    return torch.stack([x[:, :, i] for i in range(x.shape[2])], dim=1)  # BUG: the new axis comes behind the batch


def example() -> None:
    x = torch.randn(2, 3, 5, 8)
    assert all_heads(x, x, x).shape == (2, 3, 5, 8)
    assert concatenated(x).shape == (2, 5, 24)
    assert by_token(x).shape == (5, 2, 3, 8)
