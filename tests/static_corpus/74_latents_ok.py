"""Learned latents that read a sequence."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


def cross_attend(
    latents: Float[Tensor, "b n c"], tokens: Float[Tensor, "b t c"]
) -> Float[Tensor, "b n c"]:
    weights = torch.baddbmm(
        torch.zeros(1, 1, 1), latents, tokens.transpose(1, 2), beta=0.0
    ).softmax(dim=-1)
    return torch.bmm(weights, tokens)


class Resampler(nn.Module):
    latents: Float[Tensor, "n c"]

    def __init__(self, count: int, width: int) -> None:
        super().__init__()
        self.latents = nn.Parameter(torch.randn(count, width))

    def forward(self, tokens: Float[Tensor, "b t c"]) -> Float[Tensor, "b n c"]:
        latents = self.latents.unsqueeze(0).expand(tokens.shape[0], -1, -1)
        return cross_attend(latents, tokens)


def example() -> None:
    assert Resampler(3, 8)(torch.randn(2, 5, 8)).shape == (2, 3, 8)
