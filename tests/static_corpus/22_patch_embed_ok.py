"""Images to tokens by a strided convolution."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class PatchEmbed(nn.Module):
    def __init__(self, patch_size: int, in_chans: int, embed_dim: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(in_chans, embed_dim, kernel_size=patch_size, stride=patch_size)

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b n e"]:
        x = self.proj(x)
        return add_class_token(x.flatten(2).transpose(1, 2), torch.zeros(1, 1, x.shape[1]))


def add_class_token(
    x: Float[Tensor, "b n e"], token: Float[Tensor, "1 1 e"]
) -> Float[Tensor, "b n+1 e"]:
    return torch.cat((token.expand(x.shape[0], -1, -1), x), dim=1)


def example() -> None:
    assert PatchEmbed(4, 3, 24)(torch.randn(2, 3, 8, 20)).shape == (2, 11, 24)
