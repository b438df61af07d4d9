"""Whole language models: their sizes, weights, tokenizer, cache, and how they continue a text."""

from typed_rope.models.cache import Cache
from typed_rope.models.config import DecoderConfig
from typed_rope.models.decoder import Decoder
from typed_rope.models.generate import generate
from typed_rope.models.gguf import load_gguf
from typed_rope.models.score import token_nll
from typed_rope.models.tokenizer import Tokenizer

__all__ = [
    "Cache",
    "Decoder",
    "DecoderConfig",
    "Tokenizer",
    "generate",
    "load_gguf",
    "token_nll",
]
