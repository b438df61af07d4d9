"""A number that asks for half an axis is to blame itself: no tensor could fit."""

from collections.abc import Callable
from textwrap import dedent

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, typed


@typed
def turn(x: Float[Tensor, "t d"], cos: Float[Tensor, "t {rotary}/2"], rotary: int) -> None:
    """Read half a number."""


@typed
def make(n: int, m: int) -> Float[Tensor, " {n}/{m}"]:
    return torch.zeros(n // m)


class Layer:
    heads = 3

    @typed
    def forward(self, x: Float[Tensor, "b {self.heads}/2"]) -> None:
        """Read half an attribute."""


MESSAGES: dict[str, tuple[Callable[[], object], str, str]] = {
    "argument": (
        lambda: turn(torch.zeros(3, 8), torch.zeros(3, 2), 5),
        "rotary",
        """\
        turn: rotary gives {rotary}/2 = 2.5, which is the size of no axis.
        > rotary: int   5
        """,
    ),
    "two arguments, in the result": (
        lambda: make(7, 2),
        "n",
        """\
        make: n and m give {n}/{m} = 3.5, which is the size of no axis.
        > n: int   7
        > m: int   2
        """,
    ),
    "attribute": (
        lambda: Layer().forward(torch.zeros(2, 7)),
        "self",
        """\
        Layer.forward: self.heads gives {self.heads}/2 = 1.5, which is the size of no axis.
          x:          Float[Tensor, "b {self.heads}/2"]   float32 (2, 7)   {self.heads}/2 = 7
          self.heads: of Layer                            3
        """,
    ),
}


@pytest.mark.parametrize("case", MESSAGES)
def test_a_number_that_does_not_divide_is_blamed_in_these_words(case: str) -> None:
    call, argument, message = MESSAGES[case]
    with pytest.raises(ShapeError) as error:
        call()
    assert str(error.value) == dedent(message).rstrip()
    assert (error.value.argument, error.value.fix) == (argument, {})
