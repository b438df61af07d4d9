"""Which arguments a call was written with."""

from collections.abc import Callable
from inspect import Parameter
from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import typed
from typed_rope.checking.boundary import Boundary
from typed_rope.checking.repairing.passed import (
    is_default,
    passed_parameters,
    written_parameters,
)

HALF = 0.5


def boundary(function: Callable[..., Any]) -> Boundary:
    found: Boundary = function.__boundary__  # type: ignore[attr-defined] # of every wrapper
    return found


class Model:
    @typed
    def forward(self, x: Float[Tensor, " t"], scale: float = 1.0) -> None: ...


@typed
def free(self: Float[Tensor, " t"], cls: int, *rest: int, **more: int) -> None: ...


def test_a_method_is_passed_its_instance_by_python() -> None:
    assert [p.name for p in written_parameters(boundary(Model.forward))] == ["x", "scale"]


def test_a_function_may_call_its_parameters_what_it_likes() -> None:
    names = [parameter.name for parameter in written_parameters(boundary(free))]
    assert names == ["self", "cls", "rest", "more"]


def test_a_record_has_no_parameters_that_are_written() -> None:
    assert list(written_parameters(Boundary("Record", ("x",), (), None))) == []


def test_what_has_the_value_of_its_default_may_have_been_left_out() -> None:
    found = boundary(Model.forward)
    x = torch.zeros(5)
    assert [p.name for p in passed_parameters(found, {"x": x, "scale": 1.0})] == ["x"]
    assert [p.name for p in passed_parameters(found, {"x": x, "scale": 2.0})] == ["x", "scale"]


@pytest.mark.parametrize(
    ("value", "default", "same"),
    [
        (None, None, True),
        (3, 3, True),
        ("mean", "mean", True),
        ("".join(["me", "an"]), "mean", True),
        (HALF, 0.5, True),
        (1000 * 1000, 10**6, True),
        (float("1e3"), 1000.0, True),
        (True, True, True),
        (True, 1, False),
        (1, 1.0, False),
        (2, 3, False),
        (0, None, False),
        (None, 0, False),
        (None, Parameter.empty, False),
        (3, Parameter.empty, False),
        ([], [], False),
    ],
)
def test_a_value_is_the_default_if_it_is_equal_and_of_its_type(
    value: object, default: object, same: bool
) -> None:
    parameter = Parameter("x", Parameter.POSITIONAL_OR_KEYWORD, default=default)
    assert is_default(value, parameter) is same


def test_a_default_of_any_type_is_known_by_what_it_is() -> None:
    table = torch.zeros(5)
    parameter = Parameter("x", Parameter.KEYWORD_ONLY, default=table)
    assert is_default(table, parameter)
    assert not is_default(torch.zeros(5), parameter)


@pytest.mark.parametrize("kind", [Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD])
def test_of_any_number_none_is_what_may_be_left_out(kind: Any) -> None:
    parameter = Parameter("rest", kind)
    assert is_default((), parameter)
    assert not is_default((1,), parameter)
