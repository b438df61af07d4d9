"""Which call a local belongs to: the innermost that runs the code which asks, and no other."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

import typed_rope as root
from typed_rope.checking import ShapeError, check_shape, typed
from typed_rope.checking import check_shape as renamed
from typed_rope.checking.locals import running
from typed_rope.checking.locals.running import is_left_alone

B, T, D = 3, 5, 8
X = torch.zeros(B, T)


@typed
def direct(x: Float[Tensor, "b t"], y: Tensor) -> object:
    return check_shape(y, "b t")


@typed
def aliased(x: Float[Tensor, "b t"], y: Tensor) -> object:
    return renamed(y, "b t")


@typed
def of_the_root(x: Float[Tensor, "b t"], y: Tensor) -> object:
    return root.check_shape(y, "b t")


@typed
def comprehended(x: Float[Tensor, "b t"], y: Tensor) -> object:
    return [check_shape(row, "t") for row in y]


@typed
def summed(x: Float[Tensor, "b t"], y: Tensor) -> object:
    return sum(len(check_shape(row, "t")) for row in y)


@typed
def nested(x: Float[Tensor, "b t"], y: Tensor) -> object:
    def outer() -> Tensor:
        def inner() -> Tensor:
            return check_shape(y, "b t")

        return inner()

    return outer()


@typed
def by_lambda(x: Float[Tensor, "b t"], y: Tensor) -> object:
    row_of: Any = lambda row: check_shape(row, "t")  # noqa: E731 # a lambda is the case
    return [row_of(row) for row in y]


@typed
def in_a_class(x: Float[Tensor, "b t"], y: Tensor) -> object:
    class Inner:
        kept = check_shape(y, "b t")

    return Inner.kept


@typed
def after_another_call(x: Float[Tensor, "b t"], y: Tensor) -> object:
    direct(x.T, x.T)
    return check_shape(y, "b t")


@typed
@torch.no_grad()
def below_a_decorator(x: Float[Tensor, "b t"], y: Tensor) -> object:
    return check_shape(y, "b t")


@typed
def defaulted(x: Float[Tensor, "b t"], y: Any = None, *rest: Float[Tensor, "b t"]) -> object:
    return check_shape(y, "b t")


@typed
def items(x: Float[Tensor, "b t"], y: Tensor) -> Iterator[Tensor]:
    for row in y:
        yield check_shape(row, "t")


@typed
async def awaited(x: Float[Tensor, "b t"], y: Tensor) -> Tensor:
    await asyncio.sleep(0)
    return check_shape(y, "b t")


@typed
async def stream(x: Float[Tensor, "b t"], y: Tensor) -> AsyncIterator[Tensor]:
    for row in y:
        await asyncio.sleep(0)
        yield check_shape(row, "t")


class Layer:
    @typed
    def method(self, x: Float[Tensor, "b t"], y: Tensor) -> object:
        return check_shape(y, "b t")

    @classmethod
    @typed
    def make(cls, x: Float[Tensor, "b t"], y: Tensor) -> object:
        return check_shape(y, "b t")


async def _collected(source: Any) -> list[Tensor]:
    return [row async for row in source]


async def _await(x: Tensor, y: Tensor) -> Tensor:
    return await awaited(x, y)


PLACES: dict[str, Callable[[Tensor, Tensor], object]] = {
    "direct": direct,
    "aliased": aliased,
    "of the root": of_the_root,
    "comprehension": comprehended,
    "generator expression": summed,
    "nested function": nested,
    "lambda": by_lambda,
    "class body": in_a_class,
    "after another call": after_another_call,
    "below a decorator": below_a_decorator,
    "partial": partial(direct),
    "more parameters": lambda x, y: defaulted(x, y, x),
    "generator": lambda x, y: list(items(x, y)),
    "async": lambda x, y: asyncio.run(_await(x, y)),
    "async generator": lambda x, y: asyncio.run(_collected(stream(x, y))),
    "method": Layer().method,
    "class method": Layer.make,
}


@pytest.mark.parametrize("place", PLACES)
def test_a_local_is_checked_in_the_call_around_it(place: str) -> None:
    call = PLACES[place]
    call(X, X)
    call(X.T, X.T)
    with pytest.raises(ShapeError):
        call(X, X.T)
    call(X, X)


def test_each_call_of_a_recursion_has_bindings_of_its_own() -> None:
    @typed
    def deep(x: Float[Tensor, "b t"], depth: int) -> Tensor:
        check_shape(torch.zeros(depth + 11), "n")
        if depth:
            deep(x.T, depth - 1)
        check_shape(torch.zeros(depth + 11), "n")
        return check_shape(x, "b t")

    deep(X, 4)


def test_interleaved_generators_have_bindings_of_their_own() -> None:
    pairs = zip(items(X, X), items(X.T, X.T), strict=False)
    assert [(len(one), len(other)) for one, other in pairs] == [(T, B)] * 3


def test_interleaved_tasks_have_bindings_of_their_own() -> None:
    async def main() -> list[Any]:
        calls = [_await(torch.zeros(n, n + 1), torch.zeros(n, n + 1)) for n in range(2, 9)]
        return list(await asyncio.gather(*calls, _await(X, X.T), return_exceptions=True))

    *good, bad = asyncio.run(main())
    assert [len(x) for x in good] == list(range(2, 9))
    assert isinstance(bad, ShapeError)


def test_threads_in_the_same_function_have_bindings_of_their_own() -> None:
    barrier = Barrier(2)

    @typed
    def meet(x: Float[Tensor, "b t"]) -> Tensor:
        barrier.wait(timeout=20)
        check_shape(x.flatten(), "n")
        barrier.wait(timeout=20)
        check_shape(x.T.flatten(), "n")
        return check_shape(x, "b t")

    def run(rows: int) -> list[int]:
        return [len(meet(torch.zeros(rows, t))) for t in range(2, 22)]

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(run, (23, 29))) == [[23] * 20, [29] * 20]


def test_a_call_that_failed_is_no_longer_running() -> None:
    @typed
    def fail(x: Float[Tensor, "b t"]) -> Callable[[], Tensor]:
        later = lambda: check_shape(x, "b t")  # noqa: E731 # a closure is the case
        raise KeyError(later)

    with pytest.raises(KeyError) as error:
        fail(X)
    with pytest.raises(RuntimeError):
        error.value.args[0]()


def helper(y: Tensor) -> Tensor:
    return check_shape(y, "b t")


def test_a_function_that_is_merely_called_has_no_part_in_the_call() -> None:
    @typed
    def calling(x: Float[Tensor, "b t"]) -> Tensor:
        check_shape(x, "b t")
        return helper(x)

    with pytest.raises(RuntimeError):
        calling(X)


def test_what_outlives_its_call_is_outside_of_it() -> None:
    @typed
    def lazy(x: Float[Tensor, "b t"]) -> Iterator[Tensor]:
        return (check_shape(row, "t") for row in x)

    with pytest.raises(RuntimeError):
        list(lazy(X))


def test_a_generator_that_is_dropped_leaves_nothing() -> None:
    before = len(running._generators)
    iterator = items(X, X)
    next(iterator)
    assert len(running._generators) == before + 1
    del iterator
    assert len(running._generators) == before


def test_functions_that_check_no_local_keep_no_record() -> None:
    @typed
    def plain(x: Float[Tensor, "b t"]) -> Tensor:
        return x

    wrapper: Any = plain
    assert not any("enter" in name for name in wrapper.__code__.co_freevars)
    assert not is_left_alone(wrapper.__wrapped__.__code__)


def test_a_context_that_is_torn_down_late_ends_no_other_call() -> None:
    @typed
    def outer(x: Float[Tensor, "b t"]) -> Tensor:
        with contextlib.suppress(ShapeError):
            direct(x, x.T)
        return check_shape(x, "b t")

    assert outer(X) is X
