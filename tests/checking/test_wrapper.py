"""What a caller sees: the arguments handed on, one frame in a traceback, no mixing of threads."""

import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, typed

B, T, D = 3, 5, 8


@typed
def rotate(x: Float[Tensor, "b t d"], cos: Float[Tensor, "t d/2"]) -> Float[Tensor, "b t d"]:
    return x if len(x) == B else x[0]


@typed
def stack(
    parts: list[Float[Tensor, "b t"]],
) -> None:
    return None


@typed
@torch.no_grad()
def below(x: Float[Tensor, "b t d"]) -> None:
    return None


class Layer:
    @typed
    def forward(self, x: Float[Tensor, "b t d"]) -> None:
        return None

    @staticmethod
    @typed
    def static(x: Float[Tensor, "b t d"]) -> None:
        return None


@typed
@dataclass
class State:
    k: Float[Tensor, "b s"]
    v: Float[Tensor, "b s"]


@typed
class Pair(NamedTuple):
    k: Float[Tensor, "b s"]
    v: Float[Tensor, "b s"]


def _mistake(call: Callable[[], object]) -> BaseException:
    try:
        call()
    except ShapeError as error:
        return error
    raise AssertionError("not refused")


X, COS = torch.zeros(B, T, D), torch.zeros(T, D // 2)
CASES: dict[str, tuple[Callable[[], object], str]] = {
    "function": (lambda: rotate(X, X), "def rotate(x"),
    "result": (lambda: rotate(X[1:], COS), "def rotate(x"),
    "list": (lambda: stack([X[0], X[0].T]), "def stack("),
    "decorated": (lambda: below(COS), "def below(x"),
    "method": (lambda: Layer().forward(COS), "def forward(self"),
    "static": (lambda: Layer.static(COS), "def static(x"),
    "dataclass": (lambda: State(COS, X[0]), "class State:"),
    "named tuple": (lambda: Pair(COS, X[0]), "class Pair(NamedTuple):"),
}


@pytest.mark.parametrize("case", CASES)
def test_one_frame_follows_the_callers_and_shows_the_definition(case: str) -> None:
    call, definition = CASES[case]
    error = _mistake(call)
    frames = traceback.extract_tb(error.__traceback__)
    assert [frame.name for frame in frames[:2]] == ["_mistake", "<lambda>"]
    assert len(frames) == 3
    assert (frames[2].line or "").startswith(definition)
    assert frames[2].filename == __file__


def test_the_printed_traceback_ends_with_the_call_and_the_definition() -> None:
    error = _mistake(lambda: rotate(X, X))
    printed = "".join(traceback.format_exception(error)).partition("typed_rope.checking")[0]
    lines = [line.strip() for line in printed.splitlines()]
    assert lines[-2].endswith("in rotate")
    assert lines[-1].startswith("def rotate(x: Float[Tensor")
    assert "lambda: rotate(X, X)" in lines[-4] or "lambda: rotate(X, X)" in lines[-3]


def test_no_other_error_stands_behind_a_refusal() -> None:
    error = _mistake(lambda: rotate(X, X))
    assert error.__cause__ is None
    assert error.__suppress_context__


def test_the_errors_of_the_function_itself_pass_through() -> None:
    @typed
    def fail(x: Float[Tensor, "b t d"]) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError) as error:
        fail(X)
    assert error.value.args == ("mine",)


def test_arguments_and_result_are_the_same_objects() -> None:
    seen: list[object] = []

    @typed
    def keep(
        x: Float[Tensor, "b t d"], /, *more: Float[Tensor, "t d/2"], flag: object, **named: Tensor
    ) -> tuple[Tensor, ...]:
        seen.extend([x, *more, flag, *named.values()])
        return more

    flag = object()
    result = keep(X, COS, COS, flag=flag, y=X)
    assert [id(value) for value in seen] == [id(value) for value in (X, COS, COS, flag, X)]
    assert [id(value) for value in result] == [id(COS), id(COS)]


def test_the_parameters_may_have_the_names_of_generated_locals() -> None:
    @typed
    def odd(
        function: Float[Tensor, "b t"],
        guard: Float[Tensor, "b t"],
        result: Any,
        axis_b: int,
        bound: int = 2,
    ) -> Float[Tensor, "b t"]:
        return function

    assert odd(X[0], X[0], None, 3).shape == (T, D)
    with pytest.raises(ShapeError):
        odd(X[0], COS, None, 3)


def test_python_itself_refuses_a_wrong_number_of_arguments() -> None:
    with pytest.raises(TypeError) as error:
        rotate(X)  # type: ignore[call-arg]  # the mistake under test
    assert str(error.value) == "rotate() missing 1 required positional argument: 'cos'"


def test_threads_in_one_function_never_mix_their_axes() -> None:
    @typed
    def join(x: Float[Tensor, "b t"], y: Float[Tensor, "t b"]) -> Float[Tensor, "b t"]:
        torch.ones(1)  # lets another thread in
        return y.T

    def calls(size: int) -> int:
        refused = 0
        for _ in range(200):
            join(torch.zeros(size, size + 1), torch.zeros(size + 1, size))
            try:
                join(torch.zeros(size, size + 1), torch.zeros(size, size + 1))
            except ShapeError:
                refused += 1
        return refused

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(calls, range(2, 6))) == [200] * 4
