"""A causal depthwise convolution, padded on both sides and cut on the right."""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor


def causal_conv(
    x: Float[Tensor, "b l d"],
    weight: Float[Tensor, "d 1 4"],
    bias: Float[Tensor, "d"],
) -> Float[Tensor, "b l d"]:
    b, l, d = x.shape
    y = F.conv1d(x.transpose(1, 2), weight, bias, padding=3, groups=d)
    y = y[:, :l]  # BUG: cuts the channels, not the positions
    return F.silu(y).transpose(1, 2)


def scan_step(
    state: Float[Tensor, "b d n"],
    u: Float[Tensor, "b d"],
    delta: Float[Tensor, "b d"],
    A: Float[Tensor, "d n"],
    B: Float[Tensor, "b n"],
) -> Float[Tensor, "b d n"]:
    decay = torch.exp(delta.unsqueeze(-1) * A)
    return state * decay + (delta * u).unsqueeze(-1) * B.unsqueeze(1)


def example() -> None:
    assert causal_conv(torch.randn(2, 7, 6), torch.randn(6, 1, 4), torch.randn(6)).shape == (2, 7, 6)
    state = scan_step(
        torch.zeros(2, 6, 5), torch.randn(2, 6), torch.rand(2, 6), -torch.rand(6, 5), torch.randn(2, 5)
    )
    assert state.shape == (2, 6, 5)
