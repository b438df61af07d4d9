"""A recurrent tagger: one part of it has the batch first, the other the time."""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def recur(
    x: Float[Tensor, "time batch features"], w: Float[Tensor, "features features"]
) -> Float[Tensor, "time batch features"]:
    h = torch.zeros_like(x[0])
    states = []
    for step in x:
        h = torch.tanh(step + h @ w)
        states.append(h)
    return torch.stack(states)


def tag(
    x: Float[Tensor, "batch time features"],
    w: Float[Tensor, "features features"],
    out: Float[Tensor, "features tags"],
) -> Int[Tensor, "batch time"]:
    states = recur(x, w)  # BUG: recur runs over the first axis, which is the batch
    return (states @ out).argmax(-1).transpose(0, 1)


def example() -> None:
    assert tag(torch.randn(2, 5, 8), torch.randn(8, 8), torch.randn(8, 3)).shape == (2, 5)
