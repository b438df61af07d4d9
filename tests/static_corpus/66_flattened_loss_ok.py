"""A loss over all tokens of a batch."""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor


def lm_loss(
    logits: Float[Tensor, "batch vocab seq"], targets: Int[Tensor, "batch seq"]
) -> Float[Tensor, ""]:
    """Channels come second here, as the convolutional decoder gives them."""
    vocab = logits.shape[1]
    flat = logits.transpose(1, 2).reshape(-1, vocab)
    return F.cross_entropy(flat, targets.reshape(-1))


def example() -> None:
    assert lm_loss(torch.randn(2, 11, 5), torch.randint(0, 11, (2, 5))).ndim == 0
