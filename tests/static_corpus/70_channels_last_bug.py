"""A block that works with channels last inside a network with channels second."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class ConvNeXtBlock(nn.Module):
    gamma: Float[Tensor, "dim"]

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dwconv = nn.Conv2d(dim, dim, kernel_size=7, padding=3, groups=dim)
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.pwconv1 = nn.Linear(dim, 4 * dim)
        self.act = nn.GELU()
        self.pwconv2 = nn.Linear(4 * dim, dim)
        self.gamma = nn.Parameter(1e-6 * torch.ones(dim))

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c h w"]:
        shortcut = x
        y: Float[Tensor, "n h w c"] = self.dwconv(x).permute(0, 2, 3, 1)
        y = self.pwconv2(self.act(self.pwconv1(self.norm(y))))
        y = self.gamma * y
        return shortcut + back(y)


def back(y: Float[Tensor, "n h w c"]) -> Float[Tensor, "n c h w"]:
    return y.permute(0, 3, 2, 1)  # BUG: height and width exchanged


def example() -> None:
    assert ConvNeXtBlock(6)(torch.randn(2, 6, 5, 7)).shape == (2, 6, 5, 7)
