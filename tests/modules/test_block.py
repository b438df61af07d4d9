"""One layer: what its parts give, added in order."""

import pytest
import torch
from torch.testing import assert_close

from typed_rope.attention import masks
from typed_rope.checking import ShapeError
from typed_rope.modules import Block
from typed_rope.rope import RopeSpec, rope_table

B, T, H, G, D, C, F = 5, 7, 6, 2, 8, 20, 13


def block() -> Block:
    layer = Block(
        channels=C,
        heads=H,
        kv_heads=G,
        feed_forward=F,
        rope=RopeSpec(head_dim=D),
        norm_eps=0.3,
    )
    for norm in (layer.attention_norm, layer.feed_forward_norm):
        norm.weight.data = torch.rand(C) + 0.5
    return layer


def test_each_part_is_normalised_before_and_added_after() -> None:
    layer, x = block(), torch.randn(B, T, C)
    cos, sin = rope_table(layer.attention.rope, torch.arange(T))
    first, second = layer.attention_norm.weight, layer.feed_forward_norm.weight
    normed = x / (x.square().mean(-1, keepdim=True) + 0.3).sqrt() * first
    y = x + layer.attention(normed, cos, sin, mask=masks.full())
    normed = y / (y.square().mean(-1, keepdim=True) + 0.3).sqrt() * second
    want = y + layer.feed_forward(normed)
    assert_close(layer(x, cos, sin, mask=masks.full()), want, rtol=1e-5, atol=1e-6)


def test_other_channels_are_refused() -> None:
    layer = block()
    with pytest.raises(ShapeError):
        layer(torch.randn(B, C, T), *rope_table(layer.attention.rope, torch.arange(T)))
