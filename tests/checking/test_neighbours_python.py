"""Checked functions within what Python's own libraries do to functions and classes."""

import asyncio
import contextlib
import functools
import inspect
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from functools import partial, partialmethod
from typing import Any, Concatenate, ParamSpec, TypeVar

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, typed

B, T, D = 3, 5, 8
X, W, SHORT = torch.randn(B, T, D), torch.randn(D), torch.randn(D - 2)

P = ParamSpec("P")
R = TypeVar("R")


@typed
def scale(x: Float[Tensor, "b t d"], w: Float[Tensor, " d"]) -> Float[Tensor, "b t d"]:
    return x * w


# ---- functools


class Scaled:
    @typed
    def scale(self, x: Float[Tensor, "b t d"], w: Float[Tensor, " d"]) -> Float[Tensor, "b t d"]:
        return x * w

    by_w = partialmethod(scale, w=W)
    by_short = partialmethod(scale, w=SHORT)


def test_a_partial_call_is_checked_when_it_is_completed() -> None:
    assert torch.equal(partial(scale, w=W)(X), X * W)
    assert torch.equal(Scaled().by_w(X), X * W)
    for wrong in (partial(scale, w=SHORT), Scaled().by_short):
        with pytest.raises(ShapeError):
            wrong(X)


@functools.singledispatch
@typed
def size(x: Float[Tensor, "b t d"], w: Float[Tensor, " d"]) -> str:
    return "tensor"


@size.register
@typed
def _(x: int, w: Float[Tensor, " d"]) -> str:  # type: ignore[misc]  # mypy expects a subtype
    return "int"


class Sizes:
    @functools.singledispatchmethod
    @typed
    def size(self, x: Float[Tensor, "b t d"], w: Float[Tensor, " d"]) -> str:
        return "tensor"

    @size.register
    @typed
    def _(self, x: int, w: Float[Tensor, " d"]) -> str:
        return "int"


@pytest.mark.parametrize("dispatched", [size, Sizes().size])
def test_a_dispatched_call_is_checked_by_the_function_that_it_reaches(dispatched: Any) -> None:
    assert (dispatched(X, W), dispatched(3, W)) == ("tensor", "int")
    for first, second in ((X, SHORT), (3, X)):
        with pytest.raises(ShapeError):
            dispatched(first, second)


def test_a_cached_call_is_checked_before_it_is_remembered() -> None:
    calls = list[int]()

    @functools.lru_cache
    @typed
    def table(rows: int, width: int) -> Float[Tensor, "{rows} {width}/2"]:
        calls.append(rows)
        return torch.zeros(rows if rows > 0 else 1, width // 2)

    assert table(T, D) is table(T, D)
    assert calls == [T]
    for _ in range(2):
        with pytest.raises(ShapeError):
            table(0, D)
    assert calls == [T, 0, 0]


def handed_on(function: Callable[P, R]) -> Callable[P, R]:
    @functools.wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    return inner


@typed
@handed_on
def scale_above(x: Float[Tensor, "b t d"], w: Float[Tensor, " d"]) -> Float[Tensor, "b t d"]:
    return x * w


@pytest.mark.parametrize("wrapped", [handed_on(scale), scale_above])
def test_a_wrapping_decorator_may_stand_above_or_below(wrapped: Any) -> None:
    assert torch.equal(wrapped(X, w=W), X * W)
    assert list(inspect.signature(wrapped).parameters) == ["x", "w"]
    with pytest.raises(ShapeError):
        wrapped(X, w=SHORT)


def test_a_parameter_specification_is_left_to_the_function_that_it_stands_for() -> None:
    @typed
    def call(
        function: Callable[Concatenate[Tensor, P], R],
        x: Float[Tensor, "b t d"],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        return function(x, *args, **kwargs)

    assert torch.equal(call(scale, X, w=W), X * W)
    assert call(lambda x, n: n, X, None) is None
    with pytest.raises(ShapeError) as error:
        call(scale, X, SHORT)
    assert error.value.function == "scale"
    with pytest.raises(ShapeError) as error:
        call(scale, X[0], SHORT)
    assert error.value.function == "call"


# ---- generators, coroutines, contexts


def test_a_generator_hands_on_what_is_sent_thrown_and_returned() -> None:
    @typed
    def echo(x: Float[Tensor, "b t d"]) -> Generator[Any, Any, str]:
        sent = yield "first"
        with contextlib.suppress(KeyError):
            yield sent
        return "last"

    talk: Any = echo(X)
    assert next(talk) == "first"
    assert talk.send("mine") == "mine"
    with pytest.raises(StopIteration) as stop:
        talk.throw(KeyError())
    assert stop.value.value == "last"


def test_a_context_manager_of_a_generator_is_checked_when_it_is_entered() -> None:
    @contextlib.contextmanager
    @typed
    def scaled(x: Float[Tensor, "b t d"], w: Float[Tensor, " d"]) -> Iterator[Tensor]:
        yield x * w

    with scaled(X, W) as product:
        assert torch.equal(product, X * W)
    with pytest.raises(ShapeError), scaled(X, SHORT):
        pass


def test_a_coroutine_function_stays_one() -> None:
    @typed
    async def product(x: Float[Tensor, "b t d"], w: Float[Tensor, " d"]) -> Float[Tensor, "b t d"]:
        await asyncio.sleep(0)
        return x * w

    async def main() -> list[Any]:
        calls = [product(X, W), product(X, SHORT), product(X[..., 2:], SHORT)]
        return await asyncio.gather(*calls, return_exceptions=True)

    assert inspect.iscoroutinefunction(product)
    right, wrong, short = asyncio.run(main())
    assert torch.equal(right, X * W)
    assert isinstance(wrong, ShapeError)
    assert torch.equal(short, X[..., 2:] * SHORT)


def test_an_asynchronous_generator_is_walked_as_ever() -> None:
    @typed
    async def rows(x: Float[Tensor, "b t d"]) -> AsyncIterator[Tensor]:
        for row in x:
            yield row

    async def main() -> list[Tensor]:
        return [row async for row in rows(X)]

    assert torch.equal(torch.stack(asyncio.run(main())), X)
