"""One layer of a decoder: attention and feed-forward, each normalised before and added after."""

from typing import Final

from jaxtyping import Float
from torch import Tensor, nn

from typed_rope.attention import KeyValues, Mask, masks
from typed_rope.checking import typed
from typed_rope.dtypes import Wide
from typed_rope.modules.attention import Attention
from typed_rope.modules.feed_forward import FeedForward
from typed_rope.modules.norm import RMSNorm
from typed_rope.rope import RopeSpec

_CAUSAL: Final = masks.causal()


class Block(nn.Module):
    """A pre-norm layer."""

    @typed
    def __init__(
        self,
        *,
        channels: int,
        heads: int,
        kv_heads: int,
        feed_forward: int,
        rope: RopeSpec,
        norm_eps: float = 1e-5,
    ) -> None:
        """Hold the two parts and their norms."""
        super().__init__()
        self.channels = channels
        self.attention_norm = RMSNorm(channels=channels, eps=norm_eps)
        self.attention = Attention(channels=channels, heads=heads, kv_heads=kv_heads, rope=rope)
        self.feed_forward_norm = RMSNorm(channels=channels, eps=norm_eps)
        self.feed_forward = FeedForward(channels=channels, feed_forward=feed_forward)

    @typed
    def forward(
        self,
        x: Float[Tensor, "b t c={self.channels}"],
        cos: Wide[Tensor, "t {self.attention.pairs}"] | Wide[Tensor, "b t {self.attention.pairs}"],
        sin: Wide[Tensor, "t {self.attention.pairs}"] | Wide[Tensor, "b t {self.attention.pairs}"],
        *,
        mask: Mask = _CAUSAL,
        past: KeyValues | None = None,
    ) -> Float[Tensor, "b t c"]:
        """Add what attention finds, then what the feed-forward layer makes of it."""
        x = x + self.attention(self.attention_norm(x), cos, sin, mask=mask, past=past)
        out: Tensor = x + self.feed_forward(self.feed_forward_norm(x))
        return out


__all__ = ["Block"]
