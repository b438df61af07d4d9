"""Nearest codes of a codebook."""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn


class VectorQuantizer(nn.Module):
    def __init__(self, n_codes: int, code_dim: int) -> None:
        super().__init__()
        self.codebook = nn.Embedding(n_codes, code_dim)

    def distances(
        self, z: Float[Tensor, "b t d"], codes: Float[Tensor, "n d"]
    ) -> Float[Tensor, "b t n"]:
        return (
            z.pow(2).sum(-1, keepdim=True)
            - 2 * z @ codes.t()
            + codes.pow(2).sum(-1)
        )

    def forward(
        self, z: Float[Tensor, "b d t"]
    ) -> tuple[Float[Tensor, "b d t"], Int[Tensor, "b t"], Float[Tensor, ""]]:
        z = z.permute(0, 2, 1).contiguous()
        indices = self.distances(z, self.codebook.weight).argmin(dim=-1)
        quantized: Float[Tensor, "b t d"] = self.codebook(indices)
        loss = F.mse_loss(quantized, z.detach())
        quantized = z + (quantized - z).detach()
        return quantized.permute(0, 2, 1), indices, loss


def example() -> None:
    out, indices, loss = VectorQuantizer(11, 8)(torch.randn(2, 8, 5))
    assert out.shape == (2, 8, 5) and indices.shape == (2, 5) and loss.ndim == 0
