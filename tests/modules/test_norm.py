"""Root mean square normalisation against its formula in float64."""

import pytest
import torch
from torch.testing import assert_close

from typed_rope.checking import ShapeError
from typed_rope.modules import RMSNorm, rms_norm

B, T, C = 3, 5, 8


@pytest.mark.parametrize("shape", [(C,), (T, C), (B, T, C)], ids=str)
def test_rms_norm_is_the_formula(shape: tuple[int, ...]) -> None:
    x, weight = torch.randn(shape), torch.randn(C)
    want = x.double() / (x.double().square().mean(-1, keepdim=True) + 0.25).sqrt() * weight.double()
    assert_close(rms_norm(x, weight, eps=0.25).double(), want, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_is_rounded_once(dtype: torch.dtype) -> None:
    x, weight = torch.randn(B, T, C).to(dtype), torch.randn(C).to(dtype)
    wide = x.double()
    want = wide / (wide.square().mean(-1, keepdim=True) + 1e-5).sqrt() * weight.double()
    got = rms_norm(x, weight, eps=1e-5)
    assert got.dtype == dtype
    # One rounding is at most half a unit in the last place, and the float32 before it adds little.
    assert ((got.double() - want).abs() <= 0.51 * torch.finfo(dtype).eps * want.abs() + 1e-7).all()


def test_the_module_weighs_with_its_own_weight_and_eps() -> None:
    norm = RMSNorm(channels=C, eps=0.5)
    norm.weight.data = torch.randn(C)
    x = torch.randn(B, T, C)
    assert torch.equal(norm(x), rms_norm(x, norm.weight, eps=0.5))


def test_other_channels_are_refused() -> None:
    with pytest.raises(ShapeError):
        RMSNorm(channels=C)(torch.randn(B, C, T))
    with pytest.raises(ShapeError):
        rms_norm(torch.randn(B, T, C), torch.randn(C + 1), eps=1e-5)
