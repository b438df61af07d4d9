import pytest
import torch

from typed_rope.checking import ShapeError
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


def test_an_odd_number_of_dims_is_refused() -> None:
    with pytest.raises(ShapeError):
        plain_frequencies(10_000.0, 7)


def test_frequencies_are_made_where_they_are_asked_for() -> None:
    assert plain_frequencies(10_000.0, 64, device=torch.device("meta")).device.type == "meta"
    assert plain_frequencies(10_000.0, 64, device=None).device.type == "cpu"
