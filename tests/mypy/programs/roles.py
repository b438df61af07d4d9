"""What the values of a tensor mean: weights of attention are summed over what they sum to 1 over."""

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from typed_rope import reveal_shape


def over_keys(
    q: Float[Tensor, "b h t d"], k: Float[Tensor, "b h s d"], v: Float[Tensor, "b h s e"]
) -> Float[Tensor, "b h t e"]:
    return F.dropout((q @ k.mT).softmax(dim=-1), 0.1) @ v


def over_queries(
    q: Float[Tensor, "b h t d"], k: Float[Tensor, "b h s d"], v: Float[Tensor, "b h s e"]
) -> Float[Tensor, "b h t e"]:
    weights = F.dropout(F.softmax(q @ k.mT, dim=2), 0.1)
    return weights @ v
    # E: @: the softmax of "b h t s" was over t, and the product sums over s  [layout]


def linear_attention(
    q: Float[Tensor, "b h t d"], k: Float[Tensor, "b h s d"], v: Float[Tensor, "b h s e"]
) -> Float[Tensor, "b h t e"]:
    context = k.softmax(dim=-2).mT @ v
    reveal_shape(context)
    # N: Revealed shape is "b h d e"
    return q.softmax(dim=-1) @ context


def slots(scores: Float[Tensor, "b n k"], x: Float[Tensor, "b k c"]) -> Float[Tensor, "b n c"]:
    weights = scores.softmax(dim=1)
    return weights / weights.sum(dim=2, keepdim=True) @ x


def clusters(scores: Float[Tensor, "n k"], x: Float[Tensor, "n c"]) -> Float[Tensor, "k c"]:
    return scores.softmax(dim=-1).T @ x
