"""Attention through torch's fused kernels."""

import math

import torch
from jaxtyping import Float, Shaped
from torch import Tensor
from torch.nn import functional

from typed_rope.attention.heads import refuse_unshared_heads
from typed_rope.attention.rules import Causal, Full, Mask, simplest
from typed_rope.checking import typed


@typed
def attend_sdpa(
    q: Float[Tensor, "b h t d"],
    k: Float[Tensor, "b g s d"],
    v: Float[Tensor, "b g s e"],
    *,
    mask: Mask,
    scale: float,
    bias: Float[Tensor, "#b #h t s"] | None = None,
) -> Float[Tensor, "b h t e"]:
    """Mix the values by the softmax of the scores, in one fused kernel.

    Dtype: that of `q`; a `bias` is taken in float32 or wider.
    Raises: ShapeError if h is not a multiple of g.
    """
    h, t, g, s = q.shape[1], q.shape[2], k.shape[1], k.shape[2]
    refuse_unshared_heads("attend_sdpa", h, g)
    mask = simplest(mask, t, s)
    # SDPA aligns its own causal mask top-left, which is ours only where queries and keys are one.
    # Branches, not values: under torch.compile a comparison of sizes is symbolic, and SDPA's flags
    # must be of the class bool.
    is_causal = True if mask == Causal() and t == s and bias is None else False
    grouped = True if h != g else False
    return functional.scaled_dot_product_attention(
        q,
        k,
        v,
        attn_mask=None if is_causal else _mask_tensor(q, k, mask, bias),
        is_causal=is_causal,
        scale=scale,
        enable_gqa=grouped,
    )


@typed
def _mask_tensor(
    q: Float[Tensor, "b h t d"],
    k: Float[Tensor, "b g s d"],
    mask: Mask,
    bias: Float[Tensor, "#b #h t s"] | None,
) -> Shaped[Tensor, "#b #h t s"] | None:
    """Lay mask and bias out in the one tensor that SDPA takes for both."""
    t, s = q.shape[2], k.shape[2]
    allowed = None if mask == Full() else mask.allowed(t, s, device=q.device)
    if bias is None:
        return allowed
    bias = bias.to(torch.promote_types(q.dtype, torch.float32))
    return bias if allowed is None else bias.masked_fill(~allowed, -math.inf)


__all__ = ["attend_sdpa"]
