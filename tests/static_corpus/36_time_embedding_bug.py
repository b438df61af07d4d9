"""A residual block of a diffusion model that listens to the time step."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class ResnetBlock(nn.Module):
    def __init__(self, channels: int, temb_channels: int) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(2, channels)
        self.conv1 = nn.Conv2d(channels, channels, kernel_size=3, padding=1)
        self.time_emb_proj = nn.Linear(temb_channels, channels)
        self.nonlinearity = nn.SiLU()

    def forward(
        self,
        hidden_states: Float[Tensor, "batch channels height width"],
        temb: Float[Tensor, "batch temb_channels"],
    ) -> Float[Tensor, "batch channels height width"]:
        residual = hidden_states
        hidden_states = self.nonlinearity(self.norm1(hidden_states))
        hidden_states = self.conv1(hidden_states)
        projected: Float[Tensor, "batch channels"] = self.time_emb_proj(self.nonlinearity(temb))
        hidden_states = hidden_states + projected[:, None, None, :]  # BUG: channels of the embedding along the width
        return hidden_states + residual


def example() -> None:
    block = ResnetBlock(6, 16)
    assert block(torch.randn(2, 6, 5, 7), torch.randn(2, 16)).shape == (2, 6, 5, 7)
