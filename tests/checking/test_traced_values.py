"""What is described of a traced call stands for it: the same kinds, sizes and dtypes."""

import ast
from typing import Any

import pytest
import torch
from torch import Tensor

from typed_rope.checking.traced import _describe, _known, _stand_in

X, Y = torch.ones(2, 3, 5), torch.ones(7, dtype=torch.bfloat16)


def round_trip(value: object) -> Any:
    return _stand_in(ast.literal_eval(_describe(value, ())), ())


def told(value: object) -> object:
    """Return what tells a value from others, its tensors by size and dtype."""
    if isinstance(value, Tensor):
        return tuple(value.shape), value.dtype
    if isinstance(value, list | tuple):
        return type(value), [told(item) for item in value]
    if isinstance(value, dict):
        return dict, [(key, told(item)) for key, item in value.items()]
    return type(value), value


CONTAINERS = [X, Y, [X, Y], (X,), (), [], {"x": X, 4: [Y]}, [(X, None), {"n": (3, "a'b")}]]


@pytest.mark.parametrize(
    "value",
    [*CONTAINERS, "", True, False, None, 0, 5, -5],
    ids=lambda value: type(value).__name__,
)
def test_a_value_is_stood_for_by_its_like(value: object) -> None:
    assert told(round_trip(value)) == told(value)


def test_a_stand_in_takes_no_memory() -> None:
    assert round_trip(X).device.type == "meta"


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (2.5, ("builtins.float", "builtins.object")),
        (2j, ("builtins.complex", "builtins.object")),
        (torch.float32, ("torch.dtype", "builtins.object")),
    ],
)
def test_of_other_values_the_classes_are_known(value: object, names: tuple[str, ...]) -> None:
    assert round_trip(value).classes == names


@pytest.mark.parametrize("number", [0, 1, 7, -1, -7])
def test_a_number_is_looked_up_as_it_is(number: int) -> None:
    assert _known(number) == number
