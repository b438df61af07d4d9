"""Tensor layouts as types: write the shape once, have it enforced, explained and tested.

The names of the first page live here and are loaded when they are first asked for: importing the
package loads neither torch nor jaxtyping, so that tools which only read shapes start at once.
Everything else has its home in a subpackage: `layout`, `rope`, `attention`, `modules`, `models`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typed_rope.attention import attend, masks
    from typed_rope.checking import (
        AmbiguousShapeWarning,
        ShapeError,
        check_shape,
        checks,
        typed,
    )
    from typed_rope.layout import heads_first, merge_heads, repeat_kv, split_heads, tokens_first
    from typed_rope.models import generate, load_gguf
    from typed_rope.reveal import reveal_shape
    from typed_rope.rope import (
        RopeSpec,
        apply_rope,
        rope_table,
        rotate_halves,
        rotate_interleaved,
    )

__all__ = [
    "AmbiguousShapeWarning",
    "RopeSpec",
    "ShapeError",
    "apply_rope",
    "attend",
    "check_shape",
    "checks",
    "generate",
    "heads_first",
    "load_gguf",
    "masks",
    "merge_heads",
    "repeat_kv",
    "reveal_shape",
    "rope_table",
    "rotate_halves",
    "rotate_interleaved",
    "split_heads",
    "tokens_first",
    "typed",
]

_HOMES = {
    "attention": ("attend", "masks"),
    "checking": ("AmbiguousShapeWarning", "ShapeError", "check_shape", "checks", "typed"),
    "layout": ("heads_first", "merge_heads", "repeat_kv", "split_heads", "tokens_first"),
    "models": ("generate", "load_gguf"),
    "reveal": ("reveal_shape",),
    "rope": ("RopeSpec", "apply_rope", "rope_table", "rotate_halves", "rotate_interleaved"),
}
_HOME = {name: f"typed_rope.{home}" for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Load a public name from its home the first time it is asked for (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
