"""A class that hands out views of its one weight as properties."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class FusedWeights(nn.Module):
    def __init__(self, heads: int, dim_head: int, width: int) -> None:
        super().__init__()
        self.heads, self.dim_head, self.width = heads, dim_head, width
        self.packed = nn.Parameter(torch.randn(heads, dim_head, width))

    @property
    def per_head(self) -> Float[Tensor, "h d c"]:
        return self.packed

    @property
    def per_input(self) -> Float[Tensor, "c h d"]:
        return self.per_head.permute(2, 0, 1)

    def project(self, x: Float[Tensor, "b t c"]) -> Float[Tensor, "b t h d"]:
        return torch.einsum("btc,hdc->bthd", x, self.per_head)


def queries(x: Float[Tensor, "b t c"], weights: FusedWeights) -> Float[Tensor, "b h t d"]:
    return weights.project(x)  # BUG: project gives (b, t, h, d)


def example() -> None:
    assert queries(torch.randn(2, 5, 7), FusedWeights(3, 8, 7)).shape == (2, 3, 5, 8)
