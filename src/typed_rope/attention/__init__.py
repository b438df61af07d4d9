"""Attention: masks as an algebra, one function over several backends, and the cache of a layer."""

from typed_rope.attention import masks
from typed_rope.attention.attend import BACKENDS, attend
from typed_rope.attention.cache import KeyValues, append
from typed_rope.attention.reference import attend_reference
from typed_rope.attention.rules import Mask
from typed_rope.attention.sdpa import attend_sdpa

__all__ = [
    "BACKENDS",
    "KeyValues",
    "Mask",
    "append",
    "attend",
    "attend_reference",
    "attend_sdpa",
    "masks",
]
