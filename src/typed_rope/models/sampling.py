"""How the next token is chosen from its logits."""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor

from typed_rope.checking import typed


@typed
def keep_top_k(logits: Float[Tensor, "b v"], k: int) -> Float[Tensor, "b v"]:
    """Rule out all but the `k` likeliest tokens of each row.

    Raises: ValueError if k is below 1.
    """
    if k < 1:
        raise ValueError(f"keep_top_k: k must be at least 1, got {k}.")
    best = logits.topk(min(k, logits.shape[1]), dim=1)
    return torch.full_like(logits, -math.inf).scatter(1, best.indices, best.values)


@typed
def keep_top_p(logits: Float[Tensor, "b v"], p: float) -> Float[Tensor, "b v"]:
    """Rule out all but the fewest likeliest tokens whose probabilities sum to at least `p`.

    Raises: ValueError if p is not in (0, 1].
    Source: Holtzman et al. 2019 (arXiv 1904.09751), section 3.1.
    """
    if not 0 < p <= 1:
        raise ValueError(f"keep_top_p: p must be above 0 and at most 1, got {p}.")
    ordered, order = logits.sort(dim=1, descending=True, stable=True)
    chances = ordered.softmax(dim=1)
    # What came before a token decides: the one that crosses p is still needed.
    ordered = ordered.masked_fill(chances.cumsum(dim=1) - chances >= p, -math.inf)
    return torch.full_like(logits, -math.inf).scatter(1, order, ordered)


@typed
def draw(
    logits: Float[Tensor, "b v"],
    *,
    temperature: float,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: torch.Generator | None = None,
) -> Int[Tensor, " b"]:
    """Draw one token a row: temperature first, then top-k, then top-p of what is left.

    Raises: ValueError if the temperature is not positive.
    """
    if not temperature > 0:
        raise ValueError(f"draw: temperature must be positive, got {temperature}.")
    logits = logits.to(torch.promote_types(logits.dtype, torch.float32)) / temperature
    if top_k is not None:
        logits = keep_top_k(logits, top_k)
    if top_p is not None:
        logits = keep_top_p(logits, top_p)
    return torch.multinomial(logits.softmax(dim=1), 1, generator=generator)[:, 0]


__all__ = ["draw", "keep_top_k", "keep_top_p"]
