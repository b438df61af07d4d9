from typing import Literal

import pytest
import torch

from typed_rope.demo.formula import attend_by_formula
from typed_rope.modules import Attention
from typed_rope.rope import RopeSpec, rope_table

B, T, G, H, C, D = 3, 9, 2, 8, 36, 10


@pytest.mark.parametrize("pairing", ["halves", "interleaved"])
@pytest.mark.parametrize("rotary_dim", [6, 10])
@pytest.mark.parametrize("kv_heads", [1, G, H])
def test_a_layer_agrees_with_the_formula(
    pairing: Literal["halves", "interleaved"], rotary_dim: int, kv_heads: int
) -> None:
    spec = RopeSpec(head_dim=D, rotary_dim=rotary_dim, pairing=pairing)
    layer = Attention(channels=C, heads=H, kv_heads=kv_heads, rope=spec)
    x = torch.randn(B, T, C)
    ours = layer(x, *rope_table(spec, torch.arange(T)))
    torch.testing.assert_close(attend_by_formula(layer, x), ours, atol=1e-6, rtol=1e-5)
