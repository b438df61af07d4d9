"""Rotary position embedding: spec, frequencies, tables of cos and sin, and the rotation itself."""

from typed_rope.rope.frequencies import plain_frequencies
from typed_rope.rope.hf_fields import RopeConfigWarning
from typed_rope.rope.pairing import Pairing, halves_to_interleaved, interleaved_to_halves
from typed_rope.rope.rotate import (
    apply_rope,
    rotate_halves,
    rotate_halves_partial,
    rotate_interleaved,
    rotate_interleaved_partial,
)
from typed_rope.rope.scaling import LinearScaling, Llama3Scaling, Scaling
from typed_rope.rope.spec import RopeSpec
from typed_rope.rope.table import rope_frequencies, rope_table

__all__ = [
    "LinearScaling",
    "Llama3Scaling",
    "Pairing",
    "RopeConfigWarning",
    "RopeSpec",
    "Scaling",
    "apply_rope",
    "halves_to_interleaved",
    "interleaved_to_halves",
    "plain_frequencies",
    "rope_frequencies",
    "rope_table",
    "rotate_halves",
    "rotate_halves_partial",
    "rotate_interleaved",
    "rotate_interleaved_partial",
]
