"""Self-attention with rotary positions and grouped key/value heads.

b t c ─┬─ query ─ split ─ b h t d ─ rotate ─┐
       ├─ key   ─ split ─ b g t d ─ rotate ─┼─ attend ─ b h t d ─ merge ─ output ─ b t c
       └─ value ─ split ─ b g t d ──────────┘
"""

from typing import Final

from jaxtyping import Float
from torch import Tensor, nn

from typed_rope.attention import KeyValues, Mask, attend, masks
from typed_rope.checking import typed
from typed_rope.dtypes import Wide
from typed_rope.layout import merge_heads, split_heads
from typed_rope.rope import RopeSpec, apply_rope

_CAUSAL: Final = masks.causal()


class Attention(nn.Module):
    """The four projections around `attend`."""

    @typed
    def __init__(self, *, channels: int, heads: int, kv_heads: int, rope: RopeSpec) -> None:
        """Hold the projections; the width of a head is that of the positions' `rope`.

        Raises: ValueError if `kv_heads` does not divide `heads`.
        """
        super().__init__()
        if heads < 1 or kv_heads < 1 or heads % kv_heads:
            raise ValueError(
                f"Attention: kv_heads must divide heads, got heads={heads}, kv_heads={kv_heads}."
            )
        self.channels = channels
        self.heads = heads
        self.kv_heads = kv_heads
        self.rope = rope
        self.pairs = rope.rotary_dim // 2
        self.query = nn.Linear(channels, heads * rope.head_dim, bias=False)
        self.key = nn.Linear(channels, kv_heads * rope.head_dim, bias=False)
        self.value = nn.Linear(channels, kv_heads * rope.head_dim, bias=False)
        self.output = nn.Linear(heads * rope.head_dim, channels, bias=False)

    @typed
    def forward(
        self,
        x: Float[Tensor, "b t c={self.channels}"],
        cos: Wide[Tensor, "t {self.pairs}"] | Wide[Tensor, "b t {self.pairs}"],
        sin: Wide[Tensor, "t {self.pairs}"] | Wide[Tensor, "b t {self.pairs}"],
        *,
        mask: Mask = _CAUSAL,
        past: KeyValues | None = None,
    ) -> Float[Tensor, "b t c"]:
        """Mix every token with those that the mask lets it see, the cached past included.

        Convention: row i of the tables belongs to token i of `x`; the past is rotated already.
        """
        q, k, v = self.project(x, cos, sin)
        if past is not None:
            k, v = past.append(k, v)
        out: Tensor = self.output(merge_heads(attend(q, k, v, mask=mask)))
        return out

    @typed
    def project(
        self,
        x: Float[Tensor, "b t c={self.channels}"],
        cos: Wide[Tensor, "t {self.pairs}"] | Wide[Tensor, "b t {self.pairs}"],
        sin: Wide[Tensor, "t {self.pairs}"] | Wide[Tensor, "b t {self.pairs}"],
    ) -> tuple[
        Float[Tensor, "b h={self.heads} t d={self.rope.head_dim}"],
        Float[Tensor, "b g={self.kv_heads} t d={self.rope.head_dim}"],
        Float[Tensor, "b g={self.kv_heads} t d={self.rope.head_dim}"],
    ]:
        """Compute rotated queries, rotated keys, and values."""
        q = split_heads(self.query(x), self.heads)
        k = split_heads(self.key(x), self.kv_heads)
        v = split_heads(self.value(x), self.kv_heads)
        return apply_rope(q, cos, sin, self.rope), apply_rope(k, cos, sin, self.rope), v


__all__ = ["Attention"]
