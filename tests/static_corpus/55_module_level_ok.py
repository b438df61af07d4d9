"""Tables that are made when the module is loaded."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

CODES = 16
WIDTH = 6

codebook: Float[Tensor, "16 6"] = torch.zeros(CODES, WIDTH)
window: Float[Tensor, " 12"] = torch.hann_window(12)


def decode(codes: Int[Tensor, "b t"]) -> Float[Tensor, "b t 6"]:
    return codebook[codes]


def example() -> None:
    assert decode(torch.randint(0, 6, (2, 5))).shape == (2, 5, 6)
    assert window.shape == (12,)
