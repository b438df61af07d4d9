"""The convolutional stem of a speech encoder."""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn


class AudioEncoder(nn.Module):
    positional_embedding: Float[Tensor, "n_ctx n_state"]

    def __init__(self, n_mels: int, n_ctx: int, n_state: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(n_mels, n_state, kernel_size=3, padding=1)
        self.conv2 = nn.Conv1d(n_state, n_state, kernel_size=3, stride=2, padding=1)
        self.ln_post = nn.LayerNorm(n_state)
        self.register_buffer("positional_embedding", torch.zeros(n_ctx, n_state))

    def forward(
        self, x: Float[Tensor, "batch n_mels frames"]
    ) -> Float[Tensor, "batch ctx n_state"]:
        x = F.gelu(self.conv1(x))
        x = F.gelu(self.conv2(x))
        return self.finish(x.permute(0, 2, 1))

    def finish(
        self, x: Float[Tensor, "batch ctx n_state"]
    ) -> Float[Tensor, "batch ctx n_state"]:
        x = (x + self.positional_embedding[: x.shape[1]]).to(x.dtype)
        out: Float[Tensor, "batch ctx n_state"] = self.ln_post(x)
        return out


def pooled(
    features: Float[Tensor, "batch n_state ctx"], encoder: AudioEncoder
) -> Float[Tensor, "batch n_state"]:
    return encoder.finish(features.mT).mean(dim=-2)


def example() -> None:
    encoder = AudioEncoder(6, 10, 8)
    assert encoder(torch.randn(2, 6, 20)).shape == (2, 10, 8)
    assert pooled(torch.randn(2, 8, 10), encoder).shape == (2, 8)
