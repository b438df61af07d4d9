import pytest
import torch

from typed_rope.rope.frequencies import plain_frequencies


@pytest.mark.parametrize(("theta", "rotary_dim"), [(10_000.0, 64), (500_000.0, 128), (1e6, 6)])
def test_pair_i_turns_by_theta_to_the_minus_two_i_over_r(theta: float, rotary_dim: int) -> None:
    frequencies = plain_frequencies(theta, rotary_dim)
    exact = [theta ** (-2 * i / rotary_dim) for i in range(rotary_dim // 2)]
    torch.testing.assert_close(
        frequencies, torch.tensor(exact, dtype=torch.float64), rtol=1e-15, atol=0
    )


def test_default_dtype_does_not_reach_the_frequencies() -> None:
    expected = plain_frequencies(10_000.0, 64)
    try:
        torch.set_default_dtype(torch.float16)
        assert torch.equal(plain_frequencies(10_000.0, 64), expected)
    finally:
        torch.set_default_dtype(torch.float32)
