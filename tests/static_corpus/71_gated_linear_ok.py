"""A gated feed-forward layer with one wide weight."""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor


def geglu(
    x: Float[Tensor, "b t c"],
    w_out: Float[Tensor, "c f"],
    w_in: Float[Tensor, "2*f c"],
) -> Float[Tensor, "b t c"]:
    value, gate = F.linear(x, w_in).chunk(2, dim=-1)
    return F.linear(value * F.gelu(gate), w_out)


def example() -> None:
    assert geglu(torch.randn(2, 5, 7), torch.randn(7, 11), torch.randn(22, 7)).shape == (2, 5, 7)
