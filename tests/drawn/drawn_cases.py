"""Every public function, and what its arguments are drawn with where annotations do not say all."""

import inspect
from typing import Any

import torch
from hypothesis import strategies as st

from typed_rope import attention, layout, models, modules, rope
from typed_rope.attention import masks
from typed_rope.rope import LinearScaling, RopeSpec

SPEC = RopeSpec(head_dim=8, theta=100.0, scaling=LinearScaling(factor=3.0))
CONFIG = models.DecoderConfig(
    vocab=31, channels=20, layers=2, heads=6, kv_heads=3, feed_forward=26, context=99, rope=SPEC
)
with torch.random.fork_rng():
    torch.manual_seed(7)
    DECODER = models.Decoder(CONFIG).eval()
    ATTENTION = modules.Attention(channels=20, heads=6, kv_heads=3, rope=SPEC)
    BLOCK = modules.Block(channels=20, heads=6, kv_heads=3, feed_forward=26, rope=SPEC)
    FEED_FORWARD = modules.FeedForward(channels=20, feed_forward=26)
    NORM = modules.RMSNorm(channels=20)

IDS: dict[str, Any] = {"values": {"ids": range(31)}, "max_size": 12}
ROWS: dict[str, Any] = {"heads": 3, "multiples": {"c": 6}}
PART: dict[str, Any] = {"rotary_dim": 4, "sizes": {"d": range(6, 30)}}
ATTEND: dict[str, Any] = {"multiples": {"h": "g"}, "dtypes": torch.float64}
PLAIN: dict[str, Any] = {**ATTEND, "mask": masks.full(), "scale": 0.5}

# What each function is called with, where its annotations do not say all.
OPTIONS: dict[str, dict[str, Any]] = {
    "apply_rope": {"spec": SPEC},
    "rope_frequencies": {"spec": SPEC},
    "rope_table": {"spec": SPEC},
    "plain_frequencies": {"theta": st.floats(2.0, 1e6)},
    "rotate_halves_partial": PART,
    "rotate_interleaved_partial": PART,
    "halves_to_interleaved": ROWS,
    "interleaved_to_halves": ROWS,
    "append": {"at": 3, "sizes": {"m": range(40, 60), "t": range(2, 20)}},
    "attend": ATTEND,
    "attend_reference": PLAIN,
    "attend_sdpa": PLAIN,
    "rms_norm": {"eps": 0.25},
    "generate": {"model": DECODER, "max_new_tokens": 2, **IDS},
    "token_nll": {"model": DECODER, **IDS},
    "Attention": {"past": None},
    "Block": {"past": None},
    "Decoder": {"cache": None, "positions": None, **IDS},
}
MODULES: dict[str, Any] = {
    "Attention": ATTENTION,
    "Block": BLOCK,
    "FeedForward": FEED_FORWARD,
    "RMSNorm": NORM,
    "Decoder": DECODER,
}
WITHOUT_TENSORS = {"load_gguf"}  # reads a file: tests/models/gguf holds what it gives to truth


def public_functions() -> dict[str, Any]:
    """Return every public function of the library, the masks and the modules' forwards too."""
    found: dict[str, Any] = dict(MODULES)
    for home in (layout, rope, attention, modules, models, masks):
        for name in home.__all__:
            value = getattr(home, name)
            if inspect.isfunction(value) and name not in WITHOUT_TENSORS:
                found[name] = value
    return found


def options(name: str) -> dict[str, Any]:
    return OPTIONS.get(name, {})
