"""Checked functions beside functions that jaxtyping checks, each with axes of its own."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from beartype import beartype
from jaxtyping import Float, Int, TypeCheckError, jaxtyped
from torch import Tensor

from typed_rope.checking import ShapeError, typed

B, T, D = 3, 5, 8
X, W, SHORT = torch.randn(B, T, D), torch.randn(D), torch.randn(D - 2)

judged: Callable[[Any], Any] = jaxtyped(typechecker=beartype)


def _fits(value: Tensor, hint: Any) -> bool:
    """Ask in a way that static checkers, to whom a hint is no class, let pass."""
    return isinstance(value, hint)


@typed
def scale(x: Float[Tensor, "b t d"], w: Float[Tensor, " d"]) -> Float[Tensor, "b t d"]:
    return x * w


@judged
@typed
def above(x: Float[Tensor, "b t d"], w: Float[Tensor, " d"]) -> Float[Tensor, "b t d"]:
    return x * w


@typed
@judged
def below(x: Float[Tensor, "b t d"], w: Float[Tensor, " d"]) -> Float[Tensor, "b t d"]:
    return x * w


@pytest.mark.parametrize("function", [above, below])
def test_both_decorators_may_stand_on_one_function(function: Any) -> None:
    assert torch.equal(function(X, W), X * W)
    with pytest.raises(TypeCheckError) as error:
        function(X, SHORT)
    assert isinstance(error.value, ShapeError) == (function is below)


@judged
def outermost(x: Float[Tensor, "d t b"], w: Float[Tensor, " b"]) -> Float[Tensor, "d t b"]:
    return middle(scale(x, w), w)


@typed
def middle(t: Float[Tensor, "x y z"], w: Float[Tensor, " z"]) -> Float[Tensor, "x y z"]:
    return innermost(t, w)  # type: ignore[no-any-return]  # as above


@judged
def innermost(x: Float[Tensor, "b t d"], w: Float[Tensor, " d"]) -> Float[Tensor, "b t d"]:
    assert _fits(torch.zeros(D), Float[Tensor, " d"])
    assert not _fits(torch.zeros(B), Float[Tensor, " d"])
    return x


def test_calls_back_and_forth_have_axes_of_their_own() -> None:
    assert torch.equal(outermost(X, W), X * W)


def test_a_refusal_passes_through_a_judged_caller() -> None:
    @judged
    def call(x: Float[Tensor, "b t d"], w: Float[Tensor, " e"]) -> Any:
        return scale(x, w)

    with pytest.raises(ShapeError) as error:
        call(X, SHORT)
    assert error.value.function == "scale"


def test_a_refusal_binds_no_axis_of_a_judged_caller() -> None:
    @judged
    def call(x: Float[Tensor, "b t d"]) -> bool:
        with pytest.raises(ShapeError):
            scale(torch.randn(B + 1, T + 2, D), torch.randn(D + 3))
        bound = [_fits(torch.zeros(size), Float[Tensor, " b"]) for size in (B, B + 1)]
        free = _fits(torch.zeros(D + 3), Float[Tensor, " unknown"])
        return bound == [True, False] and free

    assert call(X)


def test_a_jaxtyped_context_inside_a_checked_function_is_its_own() -> None:
    @typed
    def flip(x: Float[Tensor, "b t d"]) -> Float[Tensor, "t b d"]:
        with jaxtyped("context"):
            turned = scale(x, W).transpose(0, 1)
            assert _fits(turned, Float[Tensor, "b t d"])
            assert not _fits(x, Float[Tensor, "b t d"])
        return turned

    assert flip(X).shape == (T, B, D)


def test_functions_annotated_as_in_the_pages_of_jaxtyping_are_checked() -> None:
    """Its forms: batch axes of any number, broadcasting, anonymous axes, values of arguments."""

    @typed
    def batched(x: Float[Tensor, "*batch d"], w: Float[Tensor, "d e"]) -> Float[Tensor, "*batch e"]:
        return x @ w

    @typed
    def added(x: Float[Tensor, "*#batch d"], y: Float[Tensor, "*#batch d"]) -> Tensor:
        return x + y

    @typed
    def full(size: int) -> Float[Tensor, " {size}"]:
        return torch.ones(size)

    @typed
    def remove_last(x: Float[Tensor, " d"]) -> Float[Tensor, " d-1"]:
        return x[:-1]

    @typed
    def embed(ids: Int[Tensor, "..."], table: Float[Tensor, "_ d"]) -> Float[Tensor, "... d"]:
        return table[ids]

    assert batched(X, torch.randn(D, T)).shape == (B, T, T)
    assert added(X, X[:1]).shape == (B, T, D)
    assert full(T).shape == (T,)
    assert remove_last(W).shape == (D - 1,)
    assert embed(torch.zeros(B, T, dtype=torch.long), X[0]).shape == (B, T, D)
    wrong: list[Callable[[], object]] = [
        lambda: batched(X, torch.randn(T, D)),
        lambda: added(X, X[:2]),
        lambda: remove_last(X[0]),
        lambda: embed(X, X[0]),
    ]
    for call in wrong:
        with pytest.raises(ShapeError):
            call()
