"""Laws that every layer with rotary positions obeys, whatever its weights: no peer is needed.

own     a token's score with itself is that of its vectors before they were turned
order   two earlier tokens change places, and the last token sees something else
shift   all positions grow by the same number, and nothing changes: only distances count
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor

from typed_rope.attention import attend, masks
from typed_rope.checking import typed
from typed_rope.demo.faults import Fault, Turn, no_turn, turn_unchecked
from typed_rope.layout import repeat_kv
from typed_rope.modules import Attention
from typed_rope.rope import rope_table

LawName = Literal["own", "order", "shift"]
Law = Callable[[Attention, Fault, Tensor], bool]
# Rounding stays far below it and a broken law far above, relative to the largest value.
_TOLERANCE: Final = 1e-3


@typed
def broken_laws(attention: Attention, fault: Fault) -> tuple[LawName, ...]:
    """Name the laws that a layer breaks with this way to its queries and keys."""
    random = torch.Generator().manual_seed(29)
    # More tokens than heads, or the layout fault would run out of positions.
    x = torch.randn(2, attention.heads + 4, attention.channels, generator=random)
    with torch.no_grad():
        return tuple(name for name, law in LAWS.items() if not law(attention, fault, x))


@typed
def own_position_cancels(
    attention: Attention, fault: Fault, x: Float[Tensor, "b t c={attention.channels}"]
) -> bool:
    """Tell whether a token's score with itself is the same with rotation and without."""
    return _close(*(_own_scores(attention, fault, x, turn) for turn in (turn_unchecked, no_turn)))


@typed
def order_counts(
    attention: Attention, fault: Fault, x: Float[Tensor, "b t c={attention.channels}"]
) -> bool:
    """Tell whether the last token's output changes when the first two tokens change places."""
    here = torch.arange(x.shape[1])
    exchanged = torch.cat((x[:, [1, 0]], x[:, 2:]), dim=1)
    seen = [_output(attention, fault, z, here)[:, :, -1] for z in (x, exchanged)]
    return not _close(*seen)


@typed
def only_distances_count(
    attention: Attention, fault: Fault, x: Float[Tensor, "b t c={attention.channels}"]
) -> bool:
    """Tell whether positions that are all larger by 1000 give the same output."""
    here = torch.arange(x.shape[1])
    return _close(*(_output(attention, fault, x, at) for at in (here, here + 1000)))


LAWS: Final[Mapping[LawName, Law]] = MappingProxyType(
    {"own": own_position_cancels, "order": order_counts, "shift": only_distances_count}
)


@typed
def _output(
    attention: Attention,
    fault: Fault,
    x: Float[Tensor, "b t c={attention.channels}"],
    positions: Int[Tensor, " t"],
) -> Float[Tensor, "b h={attention.heads} t d={attention.rope.head_dim}"]:
    cos, sin = rope_table(attention.rope, positions)
    q, k, v = fault(attention, x, cos, sin, turn_unchecked)
    return attend(q, k, v, mask=masks.causal())


@typed
def _own_scores(
    attention: Attention, fault: Fault, x: Float[Tensor, "b t c={attention.channels}"], turn: Turn
) -> Float[Tensor, "b h={attention.heads} t"]:
    cos, sin = rope_table(attention.rope, torch.arange(x.shape[1]))
    q, k, _ = fault(attention, x, cos, sin, turn)
    return (q * repeat_kv(k, attention.heads // k.shape[1])).sum(dim=3)


@typed
def _close(one: Float[Tensor, "*b"], other: Float[Tensor, "*b"]) -> bool:
    return bool((one - other).abs().max() <= _TOLERANCE * one.abs().max())
