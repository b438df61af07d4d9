"""Functions with names of their own, called with tensors that are called otherwise."""

import torch
from jaxtyping import Float
from torch import Tensor


def matmul(a: Float[Tensor, "m k"], b: Float[Tensor, "k n"]) -> Float[Tensor, "m n"]:
    return a @ b


def chain(
    a: Float[Tensor, "n m"], b: Float[Tensor, "m k"], c: Float[Tensor, "k n"]
) -> Float[Tensor, "n n"]:
    return matmul(matmul(a, b), c)


def covariance(x: Float[Tensor, "n d"]) -> Float[Tensor, "d d"]:
    centred = x - x.mean(0)
    return matmul(centred.T, centred) / (x.shape[0] - 1)


def softmax(x: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch n"]:
    return x.softmax(-1)


def attend_all_ways(x: Float[Tensor, "b t h d"]) -> Float[Tensor, "b t h d"]:
    over_heads = softmax(torch.einsum("bthd,btgd->bthg", x, x))
    y = torch.einsum("bthg,btgd->bthd", over_heads, x)
    over_tokens = softmax(torch.einsum("bthd,bshd->bhts", x, x))
    z = torch.einsum("bhts,bshd->bthd", over_tokens, x)
    return y + z


def example() -> None:
    assert chain(torch.randn(5, 3), torch.randn(3, 7), torch.randn(7, 5)).shape == (5, 5)
    assert covariance(torch.randn(5, 3)).shape == (3, 3)
    assert attend_all_ways(torch.randn(2, 5, 3, 8)).shape == (2, 5, 3, 8)
