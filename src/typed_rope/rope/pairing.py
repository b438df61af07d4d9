"""Which two channels RoPE rotates together, and how weights pass from one pairing to the other.

Two pairings are in use; weights trained with one are noise to the other, so it is always named:

    channel      0  1  2  3  4  5  6  7        d = 8; equal letters form a pair
    halves       A  B  C  D  A  B  C  D        i with i + d/2    GPT-NeoX, Llama in transformers
    interleaved  A  A  B  B  C  C  D  D        2i with 2i + 1    RoFormer, Llama as Meta released it

A model changes its pairing without changing an output when the rows of its query and key
projections, weights and biases both, are put into the other order, head by head.
"""

from typing import Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor

from typed_rope.checking import typed

Pairing = Literal["halves", "interleaved"]


@typed
def halves_to_interleaved(
    weight: Float[Tensor, " c"] | Float[Tensor, "c f"],
    *,
    heads: int,
    rotary_dim: int | None = None,
) -> Float[Tensor, " c"] | Float[Tensor, "c f"]:
    """Reorder the rows of a query or key projection, or its bias, from halves to interleaved.

    Convention: `heads` counts the heads of this projection: with grouped queries, the key-value
    heads for keys. Only the first `rotary_dim` rows of every head move (None: all of them).
    Raises: ValueError if the rows do not fall into `heads` heads with pairs to reorder.
    """
    order = _halves_order(weight.shape[0], heads, rotary_dim, "halves_to_interleaved")
    return weight.index_select(0, order.to(weight.device))


@typed
def interleaved_to_halves(
    weight: Float[Tensor, " c"] | Float[Tensor, "c f"],
    *,
    heads: int,
    rotary_dim: int | None = None,
) -> Float[Tensor, " c"] | Float[Tensor, "c f"]:
    """Reorder the rows of a query or key projection, or its bias, from interleaved to halves.

    Convention: `heads` counts the heads of this projection: with grouped queries, the key-value
    heads for keys. Only the first `rotary_dim` rows of every head move (None: all of them).
    Raises: ValueError if the rows do not fall into `heads` heads with pairs to reorder.
    """
    order = _halves_order(weight.shape[0], heads, rotary_dim, "interleaved_to_halves")
    return weight.index_select(0, order.argsort().to(weight.device))


@typed
def _halves_order(c: int, heads: int, rotary_dim: int | None, function: str) -> Int[Tensor, " c"]:
    """Say which row of the halves order stands at each row of the interleaved order."""
    if heads < 1 or c % heads:
        raise ValueError(f"{function}: heads must divide the rows, got heads={heads}, rows={c}.")
    d = c // heads
    r = d if rotary_dim is None else rotary_dim
    if r < 2 or r % 2 or r > d:
        raise ValueError(
            f"{function}: the rotated dims must be even, at least 2 and at most the head dim, "
            f"got rotary_dim={r}, head dim {d} ({c} rows in {heads} heads)."
        )
    head = torch.arange(d, device="cpu")
    head[:r] = head[:r].view(2, r // 2).T.flatten()
    return (torch.arange(heads, device="cpu")[:, None] * d + head).flatten()


__all__ = ["Pairing", "halves_to_interleaved", "interleaved_to_halves"]
