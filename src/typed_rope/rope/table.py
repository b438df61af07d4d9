"""The tables of a rotation: cos and sin of every position's angle for every pair.

positions  t        frequencies  r/2               cos, sin  t r/2
           0                     1  0.1  0.01                cos(0)  cos(0)    cos(0)
           1                                                 cos(1)  cos(0.1)  cos(0.01)
           2        angle = position x frequency             cos(2)  cos(0.2)  cos(0.02)
"""

import torch
from jaxtyping import Float64, Int
from torch import Tensor

from typed_rope.checking import typed
from typed_rope.dtypes import Wide
from typed_rope.rope.frequencies import plain_frequencies
from typed_rope.rope.spec import RopeSpec


@typed
def rope_frequencies(
    spec: RopeSpec, *, seq_len: int | None = None, device: torch.device | None = None
) -> Float64[Tensor, " {spec.rotary_dim}/2"]:
    """Give the frequency of each pair as `spec` scales it.

    Units: radians per position. `seq_len` is read by scalings that depend on the length only.
    Dtype: float64, so that the angle of a distant position keeps its digits.
    """
    if spec.scaling is None:
        return plain_frequencies(spec.theta, spec.rotary_dim, device=device)
    return spec.scaling.frequencies(spec.theta, spec.rotary_dim, seq_len=seq_len, device=device)


@typed
def rope_table(
    spec: RopeSpec,
    positions: Int[Tensor, " t"] | Int[Tensor, "b t"] | Wide[Tensor, " t"] | Wide[Tensor, "b t"],
    *,
    seq_len: int | None = None,
    dtype: torch.dtype = torch.float32,
) -> (
    tuple[Wide[Tensor, "t {spec.rotary_dim}/2"], Wide[Tensor, "t {spec.rotary_dim}/2"]]
    | tuple[Wide[Tensor, "b t {spec.rotary_dim}/2"], Wide[Tensor, "b t {spec.rotary_dim}/2"]]
):
    """Give cos and sin of every position's angles, times the attention factor of the scaling.

    Convention: positions may be negative, repeated and in any order; half precision is refused,
    which cannot tell distant ones apart. `seq_len`, the length that the model is run at, is read
    by scalings that depend on it.
    Units: positions in tokens.
    Dtype: angles in float64, on the CPU where the device has none; tables in `dtype`, float32 or
    float64, on the device of `positions`.
    Raises: ValueError for any other `dtype` or a `seq_len` below 1.
    Source: Su et al. 2021 (RoFormer), section 3.2.2.
    """
    if dtype not in (torch.float32, torch.float64):
        raise ValueError(f"rope_table: dtype must be torch.float32 or torch.float64, got {dtype}.")
    if seq_len is not None and seq_len < 1:
        raise ValueError(f"rope_table: seq_len must be at least 1, got {seq_len}.")
    device = _float64_device(positions.device)
    frequencies = rope_frequencies(spec, seq_len=seq_len, device=device)
    angles = positions.to(device, torch.float64)[..., None] * frequencies
    scale = 1.0 if spec.scaling is None else spec.scaling.attention_factor(seq_len=seq_len)
    cos, sin = (
        (table if scale == 1.0 else table * scale).to(dtype).to(positions.device)
        for table in (angles.cos(), angles.sin())
    )
    return cos, sin


def _float64_device(device: torch.device) -> torch.device:
    # Apple's GPUs compute in float32 at most.
    return torch.device("cpu") if device.type == "mps" else device
