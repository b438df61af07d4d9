"""Models out of GGUF files."""

from typed_rope.models.gguf.load import load_gguf

__all__ = ["load_gguf"]
