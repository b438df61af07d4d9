"""A loss with an inner function that sees what is around it."""

import torch
from jaxtyping import Float
from torch import Tensor


def info_nce(
    anchors: Float[Tensor, "n d"],
    positives: Float[Tensor, "n d"],
    negatives: Float[Tensor, "m d"],
    temperature: float,
) -> Float[Tensor, ""]:
    def against(others: Float[Tensor, "k d"]) -> Float[Tensor, "n k"]:
        return others @ anchors.T / temperature  # BUG: (k, n): one row for each of the others

    positive = (anchors * positives).sum(-1, keepdim=True) / temperature
    logits = torch.cat([positive, against(negatives)], dim=1)
    return (logits.logsumexp(dim=1) - positive.squeeze(1)).mean()


def example() -> None:
    assert info_nce(torch.randn(5, 8), torch.randn(5, 8), torch.randn(7, 8), 0.1).ndim == 0
