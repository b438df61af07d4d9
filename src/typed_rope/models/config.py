"""The sizes of a decoder, refused where they cannot belong together."""

from dataclasses import dataclass

from typed_rope.checking import typed
from typed_rope.rope import RopeSpec


@typed
@dataclass(frozen=True, kw_only=True)
class DecoderConfig:
    """What a decoder is made of; the width of a head is that of `rope`.

    Units: `context` counts tokens, `norm_eps` is added to a mean square.
    Raises: ValueError if a size is below 1, `kv_heads` does not divide `heads`, or `norm_eps` is
        not positive; all that is wrong is said at once.
    """

    vocab: int
    channels: int
    layers: int
    heads: int
    kv_heads: int
    feed_forward: int
    context: int
    rope: RopeSpec
    norm_eps: float = 1e-5
    tied_embeddings: bool = False

    def __post_init__(self) -> None:
        """Refuse nonsense."""
        sizes = ("vocab", "channels", "layers", "heads", "kv_heads", "feed_forward", "context")
        wrong = [
            f"{name} must be at least 1, got {getattr(self, name)}"
            for name in sizes
            if getattr(self, name) < 1
        ]
        if self.kv_heads >= 1 and self.heads % self.kv_heads:
            wrong.append(f"kv_heads={self.kv_heads} must divide heads={self.heads}")
        if not self.norm_eps > 0:
            wrong.append(f"norm_eps must be positive, got {self.norm_eps}")
        if wrong:
            raise ValueError(f"DecoderConfig: {'; '.join(wrong)}.")


__all__ = ["DecoderConfig"]
