"""A recurrent cell run over the steps of a batch."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class Cell(nn.Module):
    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.hidden = hidden
        self.ih = nn.Linear(inputs, 3 * hidden)
        self.hh = nn.Linear(hidden, 3 * hidden)

    def forward(
        self, x: Float[Tensor, "batch inputs"], h: Float[Tensor, "batch hidden"]
    ) -> Float[Tensor, "batch hidden"]:
        ir, iz, inew = self.ih(x).chunk(3, -1)
        hr, hz, hnew = self.hh(h).chunk(3, -1)
        r, z = torch.sigmoid(ir + hr), torch.sigmoid(iz + hz)
        out: Tensor = (1 - z) * torch.tanh(inew + r * hnew) + z * h
        return out


def unroll(
    cell: Cell, xs: Float[Tensor, "batch time inputs"], h0: Float[Tensor, "batch hidden"]
) -> Float[Tensor, "batch time hidden"]:
    h, outputs = h0, []
    for x in xs.unbind(1):
        h = cell(x, h)
        outputs.append(h)
    return torch.stack(outputs, dim=1)


def example() -> None:
    cell = Cell(7, 8)
    assert unroll(cell, torch.randn(2, 5, 7), torch.zeros(2, 8)).shape == (2, 5, 8)
