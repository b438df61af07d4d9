"""The gated feed-forward layer against its formula in float64."""

import pytest
import torch
from torch.testing import assert_close

from typed_rope.checking import ShapeError
from typed_rope.modules import FeedForward, swiglu

B, T, C, F = 3, 5, 8, 13


def test_swiglu_is_the_formula() -> None:
    gate, up = torch.randn(B, T, F), torch.randn(B, T, F)
    want = gate.double() / (1 + (-gate.double()).exp()) * up.double()
    assert_close(swiglu(gate, up).double(), want, rtol=1e-6, atol=1e-6)


def test_the_layer_is_three_projections_and_a_gate() -> None:
    layer = FeedForward(channels=C, feed_forward=F)
    x = torch.randn(B, T, C)
    gate, up, down = (w.double() for w in (layer.gate.weight, layer.up.weight, layer.down.weight))
    one, two = x.double() @ gate.T, x.double() @ up.T
    want = (one / (1 + (-one).exp()) * two) @ down.T
    assert_close(layer(x).double(), want, rtol=1e-5, atol=1e-6)


def test_other_channels_are_refused() -> None:
    with pytest.raises(ShapeError):
        FeedForward(channels=C, feed_forward=F)(torch.randn(B, C, T))
    with pytest.raises(ShapeError):
        swiglu(torch.randn(B, T, F), torch.randn(B, F, T))
