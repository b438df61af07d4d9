"""A kernel with its options filled in beforehand."""

from functools import partial

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor


def attention(
    q: Float[Tensor, "b h t d"],
    k: Float[Tensor, "b h s d"],
    v: Float[Tensor, "b h s d"],
    *,
    causal: bool,
    scale: float | None = None,
) -> Float[Tensor, "b h t d"]:
    return F.scaled_dot_product_attention(q, k, v, is_causal=causal, scale=scale)


causal_attention = partial(attention, causal=True)


def attend_tokens(
    q: Float[Tensor, "b t h d"], k: Float[Tensor, "b t h d"], v: Float[Tensor, "b t h d"]
) -> Float[Tensor, "b t h d"]:
    q, k, v = (x.transpose(1, 2) for x in (q, k, v))
    return causal_attention(q, k, v)  # BUG: the heads are still in front of the tokens


def example() -> None:
    x = torch.randn(2, 5, 3, 8)
    assert attend_tokens(x, x, x).shape == (2, 5, 3, 8)
