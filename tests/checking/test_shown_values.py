"""How a value that is no tensor is shown in a row, and how tuples of one and of many are read."""

from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, typed
from typed_rope.checking.explaining.wording import actual

LONG = "a" * 50


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "None"),
        (True, "True"),
        (5, "5"),
        (2.5, "2.5"),
        ("mean", "'mean'"),
        ("a" * 38, "'" + "a" * 38 + "'"),
        (LONG, "'" + "a" * 35 + "...'"),
    ],
)
def test_a_constant_is_shown_as_it_is_written_up_to_forty_characters(
    value: Any, shown: str
) -> None:
    assert actual(value) == shown


@typed
def one(x: tuple[Float[Tensor, "t d"]]) -> None: ...
@typed
def two(x: tuple[Float[Tensor, "t d"], Float[Tensor, "d e"]]) -> None: ...
@typed
def many(x: tuple[Float[Tensor, "t d"], ...]) -> None: ...


X, Y = torch.ones(5, 8), torch.ones(8, 3)


def test_a_tuple_has_as_many_items_as_its_annotation() -> None:
    one((X,))
    two((X, Y))
    many(())
    many((X, X, X))
    refused: list[tuple[Any, tuple[Tensor, ...]]]
    refused = [(one, ()), (one, (X, X)), (two, (X,)), (two, (X, Y, Y))]
    for function, value in refused:
        with pytest.raises(ShapeError) as error:
            function(value)
        count = f"{len(value)} item{'s' * (len(value) != 1)}"
        wanted = 1 if function is one else 2
        first = f"{function.__name__}: x has {count}, where its annotation has {wanted}."
        assert str(error.value).splitlines()[0] == first
