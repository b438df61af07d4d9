import math
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from typed_rope.rope.scaling import LinearScaling, Llama3Scaling

LLAMA31: dict[str, Any] = {
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8192,
}


def _llama3(
    theta: float, r: int, factor: float, low: float, high: float, length: int
) -> list[float]:
    """Scale by wavelength, as Meta's `apply_scaling` for Llama 3.1 does, in Python's floats."""
    scaled = []
    for i in range(r // 2):
        frequency = theta ** (-2 * i / r)
        wavelength = 2 * math.pi / frequency
        if wavelength < length / high:
            scaled.append(frequency)
        elif wavelength > length / low:
            scaled.append(frequency / factor)
        else:
            smooth = (length / wavelength - low) / (high - low)
            scaled.append((1 - smooth) * frequency / factor + smooth * frequency)
    return scaled


@pytest.mark.parametrize(("theta", "rotary_dim"), [(500_000.0, 128), (10_000.0, 64)])
def test_llama3_scaling_is_the_formula_of_llama_31(theta: float, rotary_dim: int) -> None:
    found = Llama3Scaling(**LLAMA31).frequencies(theta, rotary_dim)
    exact = torch.tensor(_llama3(theta, rotary_dim, *LLAMA31.values()), dtype=torch.float64)
    torch.testing.assert_close(found, exact, rtol=1e-14, atol=0)
    plain = torch.tensor([theta ** (-2 * i / rotary_dim) for i in range(rotary_dim // 2)])
    ratios = found / plain
    assert ((ratios > 0.126) & (ratios < 0.999)).any(), "no pair lies on the ramp"


@settings(deadline=None)
@given(
    theta=st.floats(100.0, 1e6),
    factor=st.floats(1.0, 64.0),
    low=st.floats(0.1, 4.0),
    width=st.floats(0.5, 8.0),
    length=st.integers(64, 100_000),
)
def test_llama3_scaling_is_the_formula_for_any_parameters(
    theta: float, factor: float, low: float, width: float, length: int
) -> None:
    found = Llama3Scaling(
        factor=factor,
        low_freq_factor=low,
        high_freq_factor=low + width,
        original_max_position_embeddings=length,
    ).frequencies(theta, 32)
    exact = torch.tensor(_llama3(theta, 32, factor, low, low + width, length), dtype=torch.float64)
    torch.testing.assert_close(found, exact, rtol=1e-11, atol=0)


def test_llama3_scaling_with_equal_factors_is_a_step() -> None:
    scaling = Llama3Scaling(**LLAMA31 | {"low_freq_factor": 4.0})
    found = scaling.frequencies(500_000.0, 128)
    plain = torch.tensor([500_000.0 ** (-2 * i / 128) for i in range(64)], dtype=torch.float64)
    wavelength = 2 * math.pi / plain
    exact = torch.where(wavelength > 8192 / 4, plain / 8.0, plain)
    torch.testing.assert_close(found, exact, rtol=1e-14, atol=0)


def test_llama3_scaling_with_a_pair_exactly_on_equal_factors_is_a_number() -> None:
    turns = 8192 / (2 * math.pi)  # of the first pair, whose frequency is 1
    scaling = Llama3Scaling(**LLAMA31 | {"low_freq_factor": turns, "high_freq_factor": turns})
    assert not scaling.frequencies(500_000.0, 128).isnan().any()


@settings(deadline=None)
@given(theta=st.floats(2.0, 1e6), factor=st.floats(1.0, 1000.0), half=st.integers(1, 64))
def test_linear_scaling_divides_every_frequency(theta: float, factor: float, half: int) -> None:
    found = LinearScaling(factor=factor).frequencies(theta, 2 * half)
    exact = [theta ** (-2 * i / (2 * half)) / factor for i in range(half)]
    torch.testing.assert_close(found, torch.tensor(exact, dtype=torch.float64), rtol=1e-14, atol=0)


@pytest.mark.parametrize("scaling", [LinearScaling(factor=2.0), Llama3Scaling(**LLAMA31)])
def test_neither_scaling_reads_the_length_or_weighs_the_tables(
    scaling: LinearScaling | Llama3Scaling,
) -> None:
    assert torch.equal(
        scaling.frequencies(10_000.0, 64, seq_len=9), scaling.frequencies(10_000.0, 64)
    )
    assert scaling.attention_factor(seq_len=9) == scaling.attention_factor() == 1.0


@pytest.mark.parametrize("factor", [0.5, -2.0, math.nan, math.inf])
def test_a_factor_below_one_is_refused(factor: float) -> None:
    for make in (LinearScaling, lambda factor: Llama3Scaling(**LLAMA31 | {"factor": factor})):
        with pytest.raises(ValueError, match="factor must be at least") as error:
            make(factor=factor)
        name = "LinearScaling" if make is LinearScaling else "Llama3Scaling"
        assert str(error.value) == f"{name}: factor must be at least 1.0 and finite, got {factor}."


@pytest.mark.parametrize(
    ("low", "high"), [(0.0, 4.0), (4.0, 1.0), (math.nan, 4.0), (1.0, math.inf)]
)
def test_frequency_factors_out_of_order_are_refused(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="low_freq_factor") as error:
        Llama3Scaling(**LLAMA31 | {"low_freq_factor": low, "high_freq_factor": high})
    assert str(error.value) == (
        "Llama3Scaling: low_freq_factor must be above 0 and at most high_freq_factor, got "
        f"low_freq_factor={low}, high_freq_factor={high}."
    )


def test_an_original_length_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="original_max_position_embeddings") as error:
        Llama3Scaling(**LLAMA31 | {"original_max_position_embeddings": 0})
    message = "Llama3Scaling: original_max_position_embeddings must be at least 1, got 0."
    assert str(error.value) == message
