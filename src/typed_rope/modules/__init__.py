"""The layers of a decoder as modules: they hold weights and call functions."""

from typed_rope.modules.attention import Attention
from typed_rope.modules.block import Block
from typed_rope.modules.feed_forward import FeedForward, swiglu
from typed_rope.modules.norm import RMSNorm, rms_norm

__all__ = ["Attention", "Block", "FeedForward", "RMSNorm", "rms_norm", "swiglu"]
