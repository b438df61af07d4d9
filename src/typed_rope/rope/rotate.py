"""Turn queries and keys by the angles of their positions.

    x    "b h t d"      cos, sin  "t d/2" or "b t d/2"       d = 8, the pair A at position t:
      A B C D A B C D     A B C D                              A  ->  A cos - A' sin
      |       |           row t: one angle for each pair       A' ->  A' cos + A sin

The pairing is in the function's name. The `_partial` functions turn the first `rotary_dim` channels
of every head and pass the others through.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import typed
from typed_rope.dtypes import Wide
from typed_rope.rope.gradient import turn
from typed_rope.rope.pairing import Pairing
from typed_rope.rope.spec import RopeSpec


@typed
def rotate_halves(
    x: Float[Tensor, "b h t d"],
    cos: Wide[Tensor, "t d/2"] | Wide[Tensor, "b t d/2"],
    sin: Wide[Tensor, "t d/2"] | Wide[Tensor, "b t d/2"],
) -> Float[Tensor, "b h t d"]:
    """Rotate every head's channels i and i + d/2 by the angle of their position.

    Convention: counter-clockwise, halves pairing; row i of the tables belongs to query i.
    Units: `cos` and `sin` of angles in radians.
    Dtype: computed in float32 or wider, returned in the dtype of `x`.
    Raises: ShapeError if the tables do not cover `x` exactly or d is odd.
    Source: Su et al. 2021 (RoFormer), sections 3.2.2 and 3.4.2; halves as in GPT-NeoX.
    """
    return turn(x, _for_heads(cos), _for_heads(sin), "halves")


@typed
def rotate_interleaved(
    x: Float[Tensor, "b h t d"],
    cos: Wide[Tensor, "t d/2"] | Wide[Tensor, "b t d/2"],
    sin: Wide[Tensor, "t d/2"] | Wide[Tensor, "b t d/2"],
) -> Float[Tensor, "b h t d"]:
    """Rotate every head's channels 2i and 2i + 1 by the angle of their position.

    Convention: counter-clockwise, interleaved pairing; row i of the tables belongs to query i.
    Units: `cos` and `sin` of angles in radians.
    Dtype: computed in float32 or wider, returned in the dtype of `x`.
    Raises: ShapeError if the tables do not cover `x` exactly or d is odd.
    Source: Su et al. 2021 (RoFormer), sections 3.2.2 and 3.4.2.
    """
    return turn(x, _for_heads(cos), _for_heads(sin), "interleaved")


@typed
def rotate_halves_partial(
    x: Float[Tensor, "b h t d"],
    cos: Wide[Tensor, "t {rotary_dim}/2"] | Wide[Tensor, "b t {rotary_dim}/2"],
    sin: Wide[Tensor, "t {rotary_dim}/2"] | Wide[Tensor, "b t {rotary_dim}/2"],
    *,
    rotary_dim: int,
) -> Float[Tensor, "b h t d"]:
    """Rotate the first `rotary_dim` channels of every head, i with i + rotary_dim/2.

    Convention, units and dtype: as in `rotate_halves`; the other channels pass unchanged.
    Raises: ShapeError if `rotary_dim` is odd or tables do not fit; ValueError if it is below 2 or
        above d.
    Source: Black et al. 2022 (GPT-NeoX-20B), section 2.1, which rotates the first quarter.
    """
    return _turn_first(x, cos, sin, rotary_dim, "halves")


@typed
def rotate_interleaved_partial(
    x: Float[Tensor, "b h t d"],
    cos: Wide[Tensor, "t {rotary_dim}/2"] | Wide[Tensor, "b t {rotary_dim}/2"],
    sin: Wide[Tensor, "t {rotary_dim}/2"] | Wide[Tensor, "b t {rotary_dim}/2"],
    *,
    rotary_dim: int,
) -> Float[Tensor, "b h t d"]:
    """Rotate the first `rotary_dim` channels of every head, 2i with 2i + 1.

    Convention, units and dtype: as in `rotate_interleaved`; the other channels pass unchanged.
    Raises: ShapeError if `rotary_dim` is odd or tables do not fit; ValueError if it is below 2 or
        above d.
    Source: Wang and Komatsuzaki 2021 (GPT-J-6B), which rotates the first 64 of 256.
    """
    return _turn_first(x, cos, sin, rotary_dim, "interleaved")


@typed
def apply_rope(
    x: Float[Tensor, "b h t d={spec.head_dim}"],
    cos: Wide[Tensor, "t {spec.rotary_dim}/2"] | Wide[Tensor, "b t {spec.rotary_dim}/2"],
    sin: Wide[Tensor, "t {spec.rotary_dim}/2"] | Wide[Tensor, "b t {spec.rotary_dim}/2"],
    spec: RopeSpec,
) -> Float[Tensor, "b h t d"]:
    """Rotate `x` as `spec` says: its pairing, on the first `spec.rotary_dim` channels.

    Convention: counter-clockwise; the tables are those of `rope_table(spec, positions)`.
    Units: `cos` and `sin` of angles in radians.
    Dtype: computed in float32 or wider, returned in the dtype of `x`.
    Raises: ShapeError if `x` is not of the spec's head dim or the tables do not cover it exactly.
    """
    if spec.rotary_dim < spec.head_dim:
        return _turn_first(x, cos, sin, spec.rotary_dim, spec.pairing)
    return turn(x, _for_heads(cos), _for_heads(sin), spec.pairing)


def _turn_first(x: Tensor, cos: Tensor, sin: Tensor, rotary_dim: int, pairing: Pairing) -> Tensor:
    d = x.shape[-1]
    if rotary_dim < 2 or rotary_dim % 2 or rotary_dim > d:
        raise ValueError(
            f"rotate_{pairing}_partial: rotary_dim must be even, at least 2 and at most the head "
            f"dim, got rotary_dim={rotary_dim}, head dim {d}."
        )
    turned = turn(x[..., :rotary_dim], _for_heads(cos), _for_heads(sin), pairing)
    return torch.cat((turned, x[..., rotary_dim:]), dim=-1)


def _for_heads(table: Tensor) -> Tensor:
    """Let the tables of a batch, `b t d/2`, meet every head of its own sequence only."""
    return table.unsqueeze(1) if table.ndim == 3 else table
