"""Which of the user's checked functions a refused call was made in."""

import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from types import FrameType
from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, typed
from typed_rope.checking.boundary import Boundary
from typed_rope.checking.explaining.callers import (
    boundary_of,
    function_of,
    refused_frame,
    where_called,
)

HERE = Path(__file__).name
WRONG = torch.zeros(2, 7)


@typed
def turn(x: Float[Tensor, "t 5"]) -> None: ...


@typed
def layer(x: Float[Tensor, "b c"]) -> None:
    turn(x)


@typed
def model(x: Float[Tensor, "b c"]) -> None:
    _unchecked(x)


def _unchecked(x: Tensor) -> None:
    layer(x)


def defined(module: str, text: str) -> dict[str, Any]:
    """Define functions as if in another module."""
    names = {"__name__": module, "typed": typed, "Float": Float, "Tensor": Tensor, "turn": turn}
    exec(compile(dedent(text), f"/somewhere/{module}.py", "exec"), names)
    return names


OURS = """
    @typed
    def apply(x: Float[Tensor, "b c"]) -> None:
        turn(x)

    @typed
    def attend(x: Float[Tensor, "b c"]) -> None:
        apply(x)
    """


def within(call: Callable[[Tensor], None]) -> str | None:
    """Return what a refusal says of where it happened."""
    with pytest.raises(ShapeError) as error:
        call(WRONG)
    found = [line for line in str(error.value).splitlines() if line.startswith("In: ")]
    return found[0].removeprefix("In: ") if found else None


def line(function: Callable[..., Any], more: int) -> int:
    """Return the number of a line below the first of a function, decorators counted."""
    first: int = getattr(function, "__wrapped__", function).__code__.co_firstlineno
    return first + more


def test_a_call_from_no_checked_function_is_nowhere() -> None:
    assert within(turn) is None
    assert within(lambda x: turn(x)) is None


def test_a_checked_function_is_named_with_the_line_that_calls() -> None:
    assert within(layer) == f"layer ({HERE}, line {line(layer, 2)})"


def test_of_several_the_outermost_is_named() -> None:
    assert within(model) == f"model ({HERE}, line {line(model, 2)})"


def test_of_our_own_functions_the_users_call_is_named() -> None:
    ours = defined("typed_rope.made_up", OURS)

    def call(x: Tensor) -> None:
        ours["attend"](x)

    assert within(call) == f"attend, called at {HERE}, line {line(call, 1)}"


def test_a_package_whose_name_begins_with_ours_is_not_ours() -> None:
    theirs = defined("typed_rope_more", OURS)
    assert within(theirs["attend"]) == "attend (typed_rope_more.py, line 8)"


def test_a_function_of_the_users_is_named_where_ours_lie_between() -> None:
    ours = defined("typed_rope.made_up", OURS)

    @typed
    def forward(x: Float[Tensor, "b c"]) -> None:
        ours["apply"](x)

    assert within(forward) == f"forward ({HERE}, line {line(forward, 2)})"


def test_a_demonstration_of_ours_is_no_place_of_the_users() -> None:
    shown = defined(
        "typed_rope.demo.lesson",
        """
        def show(x):
            turn(x)
        """,
    )

    @typed
    def forward(x: Float[Tensor, "b c"]) -> None:
        shown["show"](x)

    assert within(forward) is None


def test_a_frame_that_checks_nothing_has_no_boundary_and_no_function() -> None:
    def inner() -> FrameType:
        assert refuse is not None
        return sys._getframe()

    __refuse: Any = None
    refuse = "not a refusal"
    assert boundary_of(inner()) is None
    assert function_of(inner()) is None


def test_what_is_named_like_a_refusal_and_is_none_has_no_boundary() -> None:
    def frame_with(__refuse: Any) -> FrameType:
        def inner() -> FrameType:
            assert __refuse is not None
            return sys._getframe()

        return inner()

    found = Boundary("f", (), (), None)
    assert boundary_of(frame_with(3)) is None
    assert boundary_of(frame_with(len)) is None
    assert boundary_of(frame_with(lambda: 3)) is None
    assert boundary_of(frame_with(lambda: HERE and within)) is None
    other = "before it"
    assert boundary_of(frame_with(lambda: (other, found))) is found


def test_the_frame_of_the_refused_call_is_found_from_within() -> None:
    found: list[tuple[object, str | None]] = []

    def asks() -> None:
        frame = refused_frame()
        assert frame is not None
        boundary = boundary_of(frame)
        assert boundary is not None
        found.append((boundary.function, where_called(frame)))
        called = function_of(frame)
        assert getattr(called, "__name__", None) == "inner"

    @typed
    def inner(x: Float[Tensor, "b c"]) -> None:
        asks()

    @typed
    def outer(x: Float[Tensor, "b c"]) -> None:
        inner(x)

    outer(WRONG)
    assert found == [("inner", f"outer ({HERE}, line {line(outer, 2)})")]


def test_where_nothing_is_being_refused_there_is_no_frame() -> None:
    assert refused_frame() is None
