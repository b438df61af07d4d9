"""An axis that is computed has the size that Python computes, and no other."""

from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, typed

D, T, N = 8, 5, 3
# Each with the names that it reads: jaxtyping's rules are Python's own, which is the oracle here.
EXPRESSIONS = """
    d/2 d*2 d-3 d+t (d+t)*2 (d*t)/4 d*t/{n+1} d/{n-1} {n} {n}*d {n}+1 {n+1}*2 d**2 2**{n}
    min(t,d) max(t,d)-1 d//3 d%5 (d//3)*t min({n},t) max((t,d)) abs(t-d) {2*n} {max(n,4)}""".split()
expressions = pytest.mark.parametrize("text", EXPRESSIONS)


def right(text: str) -> int:
    value = eval(text.replace("{", "(").replace("}", ")"), {"d": D, "t": T, "n": N})
    assert value == int(value) > 0
    return int(value)


def near(text: str) -> list[int]:
    size = right(text)
    return sorted({0, 1, D, T, N, size - 1, size, size + 1, 2 * size})


def refused(call: Any, size: int) -> bool:
    x, y = torch.ones(T, D), torch.ones(size)
    try:
        call(x, y, n=N)
    except ShapeError:
        return True
    return False


@expressions
def test_an_argument_has_the_computed_size_and_no_other(text: str) -> None:
    @typed
    def function(x: Float[Tensor, "t d"], y: Float[Tensor, f" {text}"], *, n: int) -> None:
        return

    taken = [size for size in near(text) if not refused(function, size)]
    assert taken == [right(text)]


@expressions
def test_a_result_has_the_computed_size_and_no_other(text: str) -> None:
    @typed
    def function(
        x: Float[Tensor, "t d"], y: Float[Tensor, " _"], *, n: int
    ) -> Float[Tensor, f" {text}"]:
        return y

    taken = [size for size in near(text) if not refused(function, size)]
    assert taken == [right(text)]


@expressions
def test_a_broadcast_axis_has_the_computed_size_or_one(text: str) -> None:
    @typed
    def function(x: Float[Tensor, "t d"], y: Float[Tensor, f" #{text}"], *, n: int) -> None:
        return

    taken = [size for size in near(text) if not refused(function, size)]
    assert taken == sorted({1, right(text)})


@pytest.mark.parametrize("size", [0, 1, 3, 4, 5])
def test_a_size_that_no_whole_number_can_have_fits_nothing(size: int) -> None:
    @typed
    def function(x: Float[Tensor, "t d"], y: Float[Tensor, " t/2"], *, n: int) -> None:
        return

    assert refused(function, size)


def test_an_axis_may_be_computed_before_the_tensor_that_binds_what_it_reads() -> None:
    @typed
    def function(y: Float[Tensor, " d/2"], x: Float[Tensor, "t d"]) -> None:
        return

    function(torch.ones(D // 2), torch.ones(T, D))
    with pytest.raises(ShapeError):
        function(torch.ones(D), torch.ones(T, D))
