"""What is said of a mistake that a change would repair; most of it stands in test_gallery.py."""

from collections.abc import Callable
from textwrap import dedent
from typing import Any

import pytest
import torch
from jaxtyping import Float, Int
from torch import Tensor

from typed_rope.checking import ShapeError, typed


def message(function: Callable[..., object], *arguments: Any) -> str:
    with pytest.raises(ShapeError) as error:
        function(*arguments)
    return str(error.value)


def says(text: str) -> str:
    return dedent(text).strip()


@typed
def plot(x: Float[Tensor, "a b"] | Int[Tensor, "a b c"]) -> None: ...


def test_a_dtype_of_another_member_of_a_union_is_told_from_the_axes() -> None:
    assert message(plot, torch.zeros(2, 3, 5)) == says(
        """
        plot: x is float32, where "a b c" is Int.
        > x: Float[Tensor, "a b"]   float32 (2, 3, 5)
        Write: plot(x.to(torch.int64))
        """
    )
