"""One layer of attention by its formulas in float64: the independent opinion on every fault.

q, k  b t h d as complex numbers, times exp(i · position · frequency)
      scores  b h t s ─ causal softmax ─ times v ─ b t c

It shares the projections and the frequencies with the library, and nothing else: no table, no
rotation, no mask, no backend, no layout.
"""

import math

import torch
from torch import Tensor

from typed_rope.modules import Attention
from typed_rope.rope import rope_frequencies


def attend_by_formula(attention: Attention, x: Tensor) -> Tensor:
    """Compute a layer's output for tokens at positions 0, 1, 2 …

    Source: Su et al. 2021 (RoFormer), section 3.2.2; Vaswani et al. 2017, section 3.2.1; grouped
        heads: Ainslie et al. 2023, section 2.2.
    """
    t, h, g, d = x.shape[1], attention.heads, attention.kv_heads, attention.rope.head_dim
    q = _turn(attention, attention.query(x).double().unflatten(2, (h, d)))
    k = _turn(attention, attention.key(x).double().unflatten(2, (g, d)))
    v = attention.value(x).double().unflatten(2, (g, d))
    owner = [head // (h // g) for head in range(h)]
    scores = torch.einsum("bthd,bshd->bhts", q, k[:, :, owner]) / math.sqrt(d)
    future = torch.ones(t, t, dtype=torch.bool).triu(1)
    weights = scores.masked_fill(future, -math.inf).softmax(dim=3)
    mixed = torch.einsum("bhts,bshd->bthd", weights, v[:, :, owner])
    out: Tensor = attention.output(mixed.flatten(2).to(x.dtype))
    return out


def _turn(attention: Attention, x: Tensor) -> Tensor:
    spec, r = attention.rope, attention.rope.rotary_dim
    if spec.pairing == "halves":
        first, second = slice(0, r // 2), slice(r // 2, r)
    else:
        first, second = slice(0, r, 2), slice(1, r, 2)
    angles = torch.arange(x.shape[1]).double()[:, None, None] * rope_frequencies(spec)
    turned = torch.complex(x[..., first], x[..., second]) * torch.exp(1j * angles)
    out = x.clone()
    out[..., first], out[..., second] = turned.real, turned.imag
    return out
