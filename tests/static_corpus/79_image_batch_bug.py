"""Losses of a generator and a discriminator."""

import torch
import torch.nn.functional as F
from jaxtyping import Float, UInt8
from torch import Tensor, nn


class Discriminator(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(channels, 16, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(16, 1, 3, padding=1),
        )

    def forward(self, image: Float[Tensor, "b c h w"]) -> Float[Tensor, "b"]:
        score: Float[Tensor, "b 1 y x"] = self.main(image)
        return score.mean(dim=(2, 3))  # BUG: leaves the channel axis


def normalise(image: UInt8[Tensor, "b h w c"]) -> Float[Tensor, "b c h w"]:
    return image.permute(0, 3, 1, 2).float() / 127.5 - 1


def gap(real: Float[Tensor, "b"], fake: Float[Tensor, "b"]) -> Float[Tensor, ""]:
    return F.relu(1 - real).mean() + F.relu(1 + fake).mean()


def example() -> None:
    image = normalise(torch.randint(0, 255, (2, 8, 12, 3), dtype=torch.uint8))
    scores = Discriminator(3)(image)
    assert gap(scores, scores).ndim == 0
