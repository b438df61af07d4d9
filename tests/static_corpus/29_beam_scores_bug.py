"""One step of beam search."""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def advance(
    log_probs: Float[Tensor, "batch beams vocab"],
    beam_scores: Float[Tensor, "batch beams"],
    num_beams: int,
) -> tuple[Float[Tensor, "batch {num_beams}"], Int[Tensor, "batch {num_beams}"]]:
    batch, beams, vocab = log_probs.shape
    scores = log_probs + beam_scores[:, None, :]  # BUG: beams of the scores meet the vocabulary
    flat = scores.view(batch, beams * vocab)
    best, where = flat.topk(num_beams, dim=1)
    return best, where // vocab


def reorder(
    cache: Float[Tensor, "rows heads past dim"], beam_idx: Int[Tensor, "new"]
) -> Float[Tensor, "new heads past dim"]:
    return cache.index_select(0, beam_idx)


def example() -> None:
    best, parents = advance(torch.randn(2, 3, 11), torch.randn(2, 3), 3)
    assert best.shape == parents.shape == (2, 3)
    assert reorder(torch.randn(6, 5, 7, 8), torch.tensor([0, 2, 1, 3])).shape == (4, 5, 7, 8)
