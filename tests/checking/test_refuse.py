"""Who decides where a guard has said no, and that Dynamo has no part in it."""

import sys
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any, cast

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking.boundary import function_boundary
from typed_rope.checking.refuse import refuse

B, T, D = 3, 5, 8
X = torch.zeros(B, T)


def scale(x: Float[Tensor, "b t"], by: Float[Tensor, " t"]) -> Float[Tensor, " b"]:
    return x @ by


BOUNDARY = function_boundary(cast(FunctionType, scale), None)
RIGHT, WRONG = {"x": X, "by": torch.zeros(T)}, {"x": X, "by": torch.zeros(D)}


def test_what_the_judge_accepts_is_no_error() -> None:
    assert refuse(BOUNDARY, RIGHT) is None
    assert refuse(BOUNDARY, RIGHT, torch.zeros(B)) is None


def test_an_argument_that_does_not_fit_is_blamed() -> None:
    error = refuse(BOUNDARY, WRONG)
    assert error is not None
    assert (error.function, error.argument) == ("scale", "by")


def test_a_result_that_does_not_fit_is_blamed() -> None:
    error = refuse(BOUNDARY, RIGHT, torch.zeros(T))
    assert error is not None
    assert (error.function, error.argument) == ("scale", "return")


def test_what_torch_fx_records_is_no_error() -> None:
    assert refuse(BOUNDARY, {"x": torch.fx.Graph().placeholder("x"), "by": 3}) is not None
    proxy = torch.fx.Proxy(torch.fx.Graph().placeholder("x"))
    assert refuse(BOUNDARY, {"x": proxy, "by": torch.zeros(D)}) is None


@pytest.mark.parametrize("loaded", [True, False])
def test_dynamo_is_told_to_leave_the_judge_alone_where_it_is_loaded(
    loaded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_alone: list[Callable[..., Any]] = []

    def disable(function: Callable[..., Any]) -> Callable[..., Any]:
        left_alone.append(function)
        return function

    monkeypatch.setattr(torch.compiler, "disable", disable)
    if loaded:
        monkeypatch.setitem(sys.modules, "torch._dynamo", ModuleType("torch._dynamo"))
    else:
        monkeypatch.delitem(sys.modules, "torch._dynamo", raising=False)
    assert refuse(BOUNDARY, RIGHT) is None
    error = refuse(BOUNDARY, WRONG)
    assert error is not None
    assert error.argument == "by"
    assert len(left_alone) == 2 * loaded
