"""How fast each pair turns: theta to the power of -2i/r, before any scaling.

pair i         0        1        2    ...    r/2 - 1
radians per    1    theta^-2/r  ...          theta^-(1 - 2/r)       r rotated dims
position     fast                                        slow
"""

import torch
from jaxtyping import Float64
from torch import Tensor

from typed_rope.checking import typed


@typed
def plain_frequencies(
    theta: float, rotary_dim: int, *, device: torch.device | None = None
) -> Float64[Tensor, " {rotary_dim}/2"]:
    """Give the frequency of each pair, the fastest first.

    Units: radians per position.
    Dtype: float64, so that the angle of a distant position keeps its digits.
    Source: Su et al. 2021 (RoFormer), section 3.2.2; theta is 10 000 there.
    """
    exponents = torch.arange(0, rotary_dim, 2, dtype=torch.float64, device=device) / rotary_dim
    return theta**-exponents
