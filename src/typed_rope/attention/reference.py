"""Attention written out: every feature, in float32 or wider, as the oracle of the other backends.

q  b h t d ─┐
            ├─ scores  b h t s ─ weights  b h t s ─┐
k  b g s d ─┘                                      ├─ b h t e
v  b g s e ────────────────────────────────────────┘
"""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from typed_rope.attention.heads import refuse_unshared_heads
from typed_rope.attention.rules import Mask
from typed_rope.checking import typed
from typed_rope.layout import repeat_kv


@typed
def attend_reference(
    q: Float[Tensor, "b h t d"],
    k: Float[Tensor, "b g s d"],
    v: Float[Tensor, "b g s e"],
    *,
    mask: Mask,
    scale: float,
    softcap: float | None = None,
    sinks: Float[Tensor, " h"] | None = None,
    bias: Float[Tensor, "#b #h t s"] | None = None,
) -> Float[Tensor, "b h t e"]:
    """Mix the values by the softmax of the scores, step by step.

    Convention: scores are scaled, then soft-capped, then biased, then masked.
    Dtype: computed in float32 or wider, returned in the dtype of `q`.
    Raises: ShapeError if h is not a multiple of g.
    """
    b, h, t, _ = q.shape
    g, s = k.shape[1:3]
    refuse_unshared_heads("attend_reference", h, g)
    if s == 0:
        return q.new_zeros(b, h, t, v.shape[3])
    wide = torch.promote_types(q.dtype, torch.float32)
    scores = _scores(q.to(wide), repeat_kv(k.to(wide), h // g), scale=scale, softcap=softcap)
    if bias is not None:
        scores = scores + bias.to(wide)
    allowed = mask.allowed(t, s, device=q.device)
    weights = _weights(scores, allowed, sinks=None if sinks is None else sinks.to(wide))
    return torch.matmul(weights, repeat_kv(v.to(wide), h // g)).to(q.dtype)


@typed
def _scores(
    q: Float[Tensor, "b h t d"],
    k: Float[Tensor, "b h s d"],
    *,
    scale: float,
    softcap: float | None,
) -> Float[Tensor, "b h t s"]:
    """Compare every query with every key. Source of the cap: Gemma 2 (arXiv 2408.00118), 2.3."""
    scores = torch.einsum("bhtd,bhsd->bhts", q, k) * scale
    return scores if softcap is None else softcap * torch.tanh(scores / softcap)


@typed
def _weights(
    scores: Float[Tensor, "b h t s"],
    allowed: Bool[Tensor, "#b #h t s"],
    *,
    sinks: Float[Tensor, " h"] | None,
) -> Float[Tensor, "b h t s"]:
    """Take the softmax over the allowed keys; a query that has none gives them all zero.

    Source of the sinks: a learned logit a head that joins the denominator only, as in gpt-oss.
    """
    scores = scores.masked_fill(~allowed, -math.inf)
    peak = scores.amax(dim=3, keepdim=True)
    if sinks is not None:
        sinks = sinks.view(1, -1, 1, 1)
        peak = torch.maximum(peak, sinks)
    # A finite peak keeps an empty row's -inf - peak from being NaN, forwards and backwards.
    peak = peak.clamp(min=torch.finfo(scores.dtype).min).detach()
    weights = torch.exp(scores - peak)
    total = weights.sum(dim=3, keepdim=True)
    if sinks is not None:
        total = total + torch.exp(sinks - peak)
    return weights / torch.where(total == 0, 1, total)


__all__ = ["attend_reference"]
