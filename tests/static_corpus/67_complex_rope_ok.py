"""Rotary embedding by complex multiplication, tokens before heads."""

import torch
from jaxtyping import Complex64, Float
from torch import Tensor


def precompute_freqs_cis(dim: int, end: int, theta: float = 10000.0) -> Complex64[Tensor, "end half"]:
    freqs = 1.0 / (theta ** (torch.arange(0, dim, 2)[: (dim // 2)].float() / dim))
    t = torch.arange(end, dtype=torch.float32)
    freqs = torch.outer(t, freqs)
    return checked(torch.polar(torch.ones_like(freqs), freqs), t)


def checked(
    freqs: Complex64[Tensor, "end half"], positions: Float[Tensor, "end"]
) -> Complex64[Tensor, "end half"]:
    return freqs


def apply_rotary_emb(
    xq: Float[Tensor, "bsz seqlen heads dim"], freqs_cis: Complex64[Tensor, "seqlen dim/2"]
) -> Float[Tensor, "bsz seqlen heads dim"]:
    xq_ = torch.view_as_complex(xq.float().reshape(*xq.shape[:-1], -1, 2))
    freqs = freqs_cis.view(1, xq_.shape[1], 1, xq_.shape[-1])
    return torch.view_as_real(xq_ * freqs).flatten(3).type_as(xq)


def example() -> None:
    freqs = precompute_freqs_cis(8, 5)
    assert apply_rotary_emb(torch.randn(2, 5, 3, 8), freqs).shape == (2, 5, 3, 8)
