"""The only place where axes move: each move has a name, and its signature is the picture.

    b t c  --split_heads-->  b h t d  --merge_heads-->  b t h*d       channels to heads and back
    b t h d  --heads_first-->  b h t d  --tokens_first-->  b t h d    the same axes, reordered
    b g s d  --repeat_kv-->  b g*groups s d                           one copy for each query head

`split_heads`, `heads_first` and `tokens_first` return views; the other two copy where they must.
"""

from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import typed


@typed
def split_heads(
    x: Float[Tensor, "b t c"], heads: int
) -> Float[Tensor, "b h={heads} t d=c/{heads}"]:
    """Split the channels into heads and bring the heads before the tokens.

    Convention: head i is channels i*d up to (i+1)*d; the result is a view of `x`.
    Raises: ValueError if `heads` is below 1 or does not divide the channels.
    """
    c = x.shape[2]
    if heads < 1:
        raise ValueError(f"split_heads: heads must be at least 1, got {heads}.")
    if c % heads:
        raise ValueError(f"split_heads: heads must divide the channels, got heads={heads}, c={c}.")
    return x.view(*x.shape[:2], heads, c // heads).transpose(1, 2)


@typed
def merge_heads(x: Float[Tensor, "b h t d"]) -> Float[Tensor, "b t h*d"]:
    """Bring the tokens before the heads and join the heads' channels: undoes `split_heads`."""
    return x.transpose(1, 2).flatten(2)


@typed
def heads_first(x: Float[Tensor, "b t h d"]) -> Float[Tensor, "b h t d"]:
    """View a token-major tensor, as FlashAttention keeps it, with its heads before its tokens."""
    return x.transpose(1, 2)


@typed
def tokens_first(x: Float[Tensor, "b h t d"]) -> Float[Tensor, "b t h d"]:
    """View a head-major tensor with its tokens before its heads: undoes `heads_first`."""
    return x.transpose(1, 2)


@typed
def repeat_kv(x: Float[Tensor, "b g s d"], groups: int) -> Float[Tensor, "b h=g*{groups} s d"]:
    """Repeat every key-value head for the `groups` query heads that share it.

    Convention: query head i reads key-value head i // groups; `groups=1` returns `x` uncopied.
    Raises: ValueError if `groups` is below 1.
    Source: Ainslie et al. 2023 (grouped-query attention), section 2.2.
    """
    if groups < 1:
        raise ValueError(f"repeat_kv: groups must be at least 1, got {groups}.")
    return x.unsqueeze(2).expand(-1, -1, groups, -1, -1).flatten(1, 2)


__all__ = ["heads_first", "merge_heads", "repeat_kv", "split_heads", "tokens_first"]
