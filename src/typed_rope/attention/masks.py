"""Which keys a query may attend to, as an algebra of frozen objects.

True always means "may attend"; libraries differ in this, so `attend` takes no bare tensor. Query i
of t stands at position i + s - t among the s keys: the last query sees the last key, with a cache
or without (bottom-right alignment).

    t = 3, s = 5     causal()      window(2)     prefix(2)     causal() & window(2) | prefix(1)
                     1 1 1 . .     . 1 1 . .     1 1 . . .     1 1 1 . .
                     1 1 1 1 .     . . 1 1 .     1 1 . . .     1 . 1 1 .
                     1 1 1 1 1     . . . 1 1     1 1 . . .     1 . . 1 1
"""

from jaxtyping import Bool
from torch import Tensor

from typed_rope.attention.rules import Causal, Explicit, Full, Mask, Padding, Prefix, Window
from typed_rope.checking import typed


@typed
def full() -> Mask:
    """Let every query attend to every key."""
    return Full()


@typed
def causal() -> Mask:
    """Let every query attend to the keys up to its own position."""
    return Causal()


@typed
def window(width: int) -> Mask:
    """Let every query attend to its own position and the `width` - 1 keys before it.

    Raises: ValueError if the width is below 1.
    """
    return Window(width)


@typed
def prefix(length: int) -> Mask:
    """Let every query attend to the first `length` keys.

    Raises: ValueError if the length is negative.
    """
    return Prefix(length)


@typed
def padding(real: Bool[Tensor, "b s"]) -> Mask:
    """Let every query attend to the keys that are real tokens.

    Convention: True marks a real token, False padding.
    """
    return Padding(real)


@typed
def explicit(may_attend: Bool[Tensor, "#b #h t s"]) -> Mask:
    """Let every query attend where the matrix says so.

    Convention: True means "may attend"; hand over `~matrix` where a library marks what is hidden.
    """
    return Explicit(may_attend)


__all__ = ["Mask", "causal", "explicit", "full", "padding", "prefix", "window"]
