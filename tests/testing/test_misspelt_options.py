"""What restricts nothing is refused, and what is restricted too much keeps what it can."""

from typing import Any

import pytest
import torch
from hypothesis import find
from jaxtyping import Float
from torch import Tensor

from typed_rope.testing import UnsolvableError, arguments, tensors


def scores(q: Float[Tensor, "b t d"], k: Float[Tensor, "b s d"]) -> Float[Tensor, "b t s"]:
    return q @ k.mT


def deep(x: Float[Tensor, "a b c d e f g h i j k l"]) -> None:
    """Have more axes than memory has room for."""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sizes": {"T": 3}}, "sizes: scores has no axis T; it has b, d, s, t."),
        ({"values": {"x": range(3)}}, "values: scores has no parameter x; it has q, k."),
        (
            {"dtypes": {"v": torch.float64}},
            "dtypes: scores has no parameter v; it has q, k.",
        ),
    ],
)
def test_a_misspelt_name_in_an_option_is_refused_at_once(
    options: dict[str, Any], message: str
) -> None:
    with pytest.raises(TypeError) as error:
        arguments(scores, **options)
    assert str(error.value) == message


def test_a_misspelt_axis_of_one_annotation_is_refused() -> None:
    with pytest.raises(TypeError) as error:
        tensors(Float[Tensor, "b t"], sizes={"s": 3})
    assert str(error.value) == "sizes: tensors has no axis s; it has b, t."


def test_sizes_that_are_made_to_coincide_leave_no_axis_of_1() -> None:
    found = find(arguments(scores, sizes={"b": range(3, 4), "t": range(3, 4)}), lambda drawn: True)
    assert (found.sizes["b"], found.sizes["t"]) == (3, 3)
    assert min(found.sizes.values()) > 1


def test_tensors_that_nobody_has_room_for_are_refused() -> None:
    with pytest.raises(UnsolvableError) as error:
        find(arguments(deep), lambda drawn: True)
    assert str(error.value) == (
        "a tensor of the sizes (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13) would not fit in memory. "
        "Give smaller sizes=, or distinct=False: many axes that all differ make large tensors."
    )
    assert find(arguments(deep, distinct=False), lambda drawn: True)["x"].numel() == 1
