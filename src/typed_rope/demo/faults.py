"""Four faults that crash nothing, as they are found in real code, planted into a running model.

Each is a replacement for `Attention.project`, the step from channels to rotated queries and keys:

    x  b t c ─ projections ─ q  b h t d, k and v  b g t d ─ turn q and k ─ out
                                  │
                        here sits the fault

They are not `@typed`, and what turns the heads is handed in: `turn_unchecked`, which takes whatever
comes, as the code did in which such faults survived, or the library's own `apply_rope`.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from types import MappingProxyType
from typing import Final, Literal

from torch import Tensor

from typed_rope.demo.replaced import replaced
from typed_rope.layout import heads_first, split_heads, tokens_first
from typed_rope.models import Decoder
from typed_rope.modules import Attention
from typed_rope.rope import RopeSpec, rope_frequencies

FaultName = Literal["layout", "pairing", "keys", "groups"]
Turn = Callable[[Tensor, Tensor, Tensor, RopeSpec], Tensor]
Heads = tuple[Tensor, Tensor, Tensor]
Fault = Callable[[Attention, Tensor, Tensor, Tensor, Turn], Heads]


def turn_unchecked(x: Tensor, cos: Tensor, sin: Tensor, spec: RopeSpec) -> Tensor:
    """Turn pairs of channels by tables cut to the third axis, whatever that axis is."""
    cos, sin, r = cos[: x.shape[2]], sin[: x.shape[2]], spec.rotary_dim
    turned = x.clone()
    if spec.pairing == "halves":
        first, second = slice(0, r // 2), slice(r // 2, r)
    else:
        first, second = slice(0, r, 2), slice(1, r, 2)
    a, b = x[..., first], x[..., second]
    turned[..., first] = a * cos - b * sin
    turned[..., second] = b * cos + a * sin
    return turned


def no_turn(x: Tensor, cos: Tensor, sin: Tensor, spec: RopeSpec) -> Tensor:
    """Leave everything where it is."""
    return x


def split(attention: Attention, x: Tensor) -> Heads:
    """Compute queries, keys and values before anything turns them."""
    q = split_heads(attention.query(x), attention.heads)
    k = split_heads(attention.key(x), attention.kv_heads)
    v = split_heads(attention.value(x), attention.kv_heads)
    return q, k, v


def without_fault(attention: Attention, x: Tensor, cos: Tensor, sin: Tensor, turn: Turn) -> Heads:
    """Do what the model does."""
    q, k, v = split(attention, x)
    return turn(q, cos, sin, attention.rope), turn(k, cos, sin, attention.rope), v


def layout(attention: Attention, x: Tensor, cos: Tensor, sin: Tensor, turn: Turn) -> Heads:
    """Turn tensors that still have their tokens before their heads."""
    q, k, v = split(attention, x)
    q = turn(tokens_first(q), cos, sin, attention.rope)
    k = turn(tokens_first(k), cos, sin, attention.rope)
    return heads_first(q), heads_first(k), v


def pairing(attention: Attention, x: Tensor, cos: Tensor, sin: Tensor, turn: Turn) -> Heads:
    """Pair the channels in the other of the two ways."""
    q, k, v = split(attention, x)
    other = replace(attention.rope, pairing=_OTHER[attention.rope.pairing])
    return turn(q, cos, sin, other), turn(k, cos, sin, other), v


def keys(attention: Attention, x: Tensor, cos: Tensor, sin: Tensor, turn: Turn) -> Heads:
    """Turn every key to the position before its own."""
    q, k, v = split(attention, x)
    q = turn(q, cos, sin, attention.rope)
    # One position less is one frequency less of every angle.
    step = rope_frequencies(attention.rope).to(cos.dtype)
    cos, sin = cos * step.cos() + sin * step.sin(), sin * step.cos() - cos * step.sin()
    return q, turn(k, cos, sin, attention.rope), v


def groups(attention: Attention, x: Tensor, cos: Tensor, sin: Tensor, turn: Turn) -> Heads:
    """Deal the key/value heads out in turns: 0 1 2 0 1 2 … where 0 0 … 1 1 … 2 2 … is right."""
    q, k, v = without_fault(attention, x, cos, sin, turn)
    copies = attention.heads // attention.kv_heads
    return q, k.repeat(1, copies, 1, 1), v.repeat(1, copies, 1, 1)


_OTHER: Final[Mapping[str, Literal["halves", "interleaved"]]] = MappingProxyType(
    {"halves": "interleaved", "interleaved": "halves"}
)
FAULTS: Final[Mapping[FaultName, Fault]] = MappingProxyType(
    {"layout": layout, "pairing": pairing, "keys": keys, "groups": groups}
)


def planted(model: Decoder, fault: Fault) -> AbstractContextManager[None]:
    """Run every layer of a model with a fault instead of its own way to queries and keys."""

    def project(attention: Attention, x: Tensor, cos: Tensor, sin: Tensor) -> Heads:
        return fault(attention, x, cos, sin, turn_unchecked)

    return replaced(model, "project", project)
