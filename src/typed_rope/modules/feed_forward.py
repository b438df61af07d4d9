"""The gated feed-forward layer of Llama-like models.

b t c ─┬─ gate  b t f ─ SiLU ─┐
       └─ up    b t f ────────┴─ product  b t f ─ down  b t c
"""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from typed_rope.checking import typed


@typed
def swiglu(gate: Float[Tensor, "b t f"], up: Float[Tensor, "b t f"]) -> Float[Tensor, "b t f"]:
    """Let the SiLU of one projection gate the other.

    Source: Shazeer 2020 (arXiv 2002.05202), equation 6.
    """
    return functional.silu(gate) * up


class FeedForward(nn.Module):
    """Widen each token's channels, gate them, narrow them again."""

    @typed
    def __init__(self, *, channels: int, feed_forward: int) -> None:
        """Hold the three projections; `feed_forward` is the width between them."""
        super().__init__()
        self.channels = channels
        self.gate = nn.Linear(channels, feed_forward, bias=False)
        self.up = nn.Linear(channels, feed_forward, bias=False)
        self.down = nn.Linear(feed_forward, channels, bias=False)

    @typed
    def forward(self, x: Float[Tensor, "b t c={self.channels}"]) -> Float[Tensor, "b t c"]:
        """Compute each token on its own."""
        out: Tensor = self.down(swiglu(self.gate(x), self.up(x)))
        return out


__all__ = ["FeedForward", "swiglu"]
