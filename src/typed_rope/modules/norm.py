"""Root mean square normalisation."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from typed_rope.checking import typed


@typed
def rms_norm(
    x: Float[Tensor, "*b c"], weight: Float[Tensor, " c"], *, eps: float
) -> Float[Tensor, "*b c"]:
    """Divide the channels by their root mean square and weigh each.

    Dtype: computed in float32 or wider, returned in the dtype of `x`.
    Source: Zhang and Sennrich 2019 (arXiv 1910.07467), section 4.
    """
    return functional.rms_norm(x, weight.shape, weight, eps)


class RMSNorm(nn.Module):
    """The weights of `rms_norm`."""

    @typed
    def __init__(self, *, channels: int, eps: float = 1e-5) -> None:
        """Start with every channel weighed by one."""
        super().__init__()
        self.channels = channels
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(channels))

    @typed
    def forward(self, x: Float[Tensor, "*b c={self.channels}"]) -> Float[Tensor, "*b c"]:
        """Normalise the channels."""
        return rms_norm(x, self.weight, eps=self.eps)


__all__ = ["RMSNorm", "rms_norm"]
