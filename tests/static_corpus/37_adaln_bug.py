"""Adaptive layer norm: scale and shift come from a condition."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


def modulate(
    x: Float[Tensor, "b n c"], shift: Float[Tensor, "b c"], scale: Float[Tensor, "b c"]
) -> Float[Tensor, "b n c"]:
    return x * (1 + scale.unsqueeze(1)) + shift  # BUG: shift has no axis for the tokens


class DiTBlock(nn.Module):
    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(hidden_size, elementwise_affine=False, eps=1e-6)
        self.mlp = nn.Sequential(
            nn.Linear(hidden_size, 4 * hidden_size),
            nn.GELU(),
            nn.Linear(4 * hidden_size, hidden_size),
        )
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(hidden_size, 3 * hidden_size))

    def forward(
        self, x: Float[Tensor, "b n c"], cond: Float[Tensor, "b c"]
    ) -> Float[Tensor, "b n c"]:
        shift, scale, gate = self.adaLN_modulation(cond).chunk(3, dim=1)
        out: Tensor = x + gate.unsqueeze(1) * self.mlp(modulate(self.norm(x), shift, scale))
        return out


def example() -> None:
    assert DiTBlock(8)(torch.randn(2, 5, 8), torch.randn(2, 8)).shape == (2, 5, 8)
