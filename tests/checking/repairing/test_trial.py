"""Functions of this package are asked about a repaired call, and stop where they would compute."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking.errors import ShapeError
from typed_rope.checking.repairing.trial import Trial, is_trial, trial_of


def ours(function: Callable[..., Any]) -> Callable[..., Any]:
    function.__module__ = "typed_rope.made_up"
    return function


def trial(function: Callable[..., Any]) -> Trial:
    found = trial_of(ours(function))
    assert found is not None
    return found


def test_functions_of_others_are_not_run() -> None:
    def theirs() -> None: ...

    for module in ("theirs", "typed_rope_more", "x.typed_rope", None):
        theirs.__module__ = module  # type: ignore[assignment] # exec leaves it None
        assert trial_of(theirs) is None


def test_what_is_no_function_is_not_run() -> None:
    class Ours:
        __module__ = "typed_rope.made_up"

        def __call__(self) -> None: ...

    assert trial_of(Ours()) is None
    assert trial_of(Ours) is None
    assert trial_of(len) is None


@pytest.mark.parametrize("refused", [ShapeError("no"), ValueError("no")])
def test_a_function_that_refuses_does_not_take_the_call(refused: Exception) -> None:
    def refuse() -> None:
        raise refused

    assert trial(refuse)({}) is False


def test_a_function_that_breaks_is_heard() -> None:
    def fail() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        trial(fail)({})
    assert not is_trial()


def test_a_function_that_returns_takes_the_call() -> None:
    assert trial(lambda x, y: x + y)({"x": 1, "y": 2}) is True


def test_sizes_may_be_read_and_the_first_operation_ends_it() -> None:
    reached: list[object] = []

    def compute(x: Float[Tensor, "b t"]) -> Tensor:
        reached.append((x.shape, x.dim(), x.size(1), x.numel(), x.dtype, x.device.type))
        y = x + 1
        reached.append("computed")
        return y

    assert trial(compute)({"x": torch.zeros(2, 5)}) is True
    assert reached == [((2, 5), 2, 5, 10, torch.float32, "cpu")]


def test_keywords_of_what_is_read_are_passed_on() -> None:
    sizes = []
    assert trial(lambda x: sizes.append(x.size(dim=1)))({"x": torch.zeros(2, 5)}) is True
    assert sizes == [5]


def test_a_refusal_after_the_first_operation_is_not_waited_for() -> None:
    def late(x: Float[Tensor, "b t"]) -> None:
        x.sum()
        raise ValueError("too late")

    assert trial(late)({"x": torch.zeros(2, 5)}) is True


def test_whoever_refuses_knows_that_it_is_a_trial() -> None:
    told = []
    assert not is_trial()
    assert trial(lambda: told.append(is_trial()))({}) is True
    assert told == [True]
    assert not is_trial()


def test_trials_within_trials_end_one_by_one() -> None:
    told = []

    def outer() -> None:
        trial(lambda: None)({})
        told.append(is_trial())

    assert trial(outer)({}) is True
    assert told == [True]
    assert not is_trial()
