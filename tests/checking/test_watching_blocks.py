"""When watchers begin and end to hear of calls: blocks, their order, threads, and what is kept."""

import gc
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import typed
from typed_rope.checking.boundary import Boundary
from typed_rope.checking.watching import watched, watchers

B, T = 3, 5
X = torch.zeros(B, T)


@typed
def double(x: Float[Tensor, "b t"]) -> Tensor:
    return x * 2


class Listener:
    def __init__(self, name: str = "", heard: list[Any] | None = None) -> None:
        self.name, self.calls = name, [] if heard is None else heard

    def accepted(self, boundary: Boundary, arguments: tuple[object, ...]) -> None:
        self.calls.append((self.name + boundary.function, arguments))

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.calls]


@pytest.fixture(autouse=True)
def nobody_stays() -> Iterator[None]:
    before = list(watchers)  # such as a run's own shape coverage
    yield
    assert watchers == before


def test_nothing_is_told_before_and_after_the_block() -> None:
    listener = Listener()
    block = watched(listener)
    double(X)
    with block:
        double(X)
    double(X)
    assert listener.names == ["double"]


def test_an_exception_ends_the_block() -> None:
    listener = Listener()
    with pytest.raises(KeyError), watched(listener):
        raise KeyError("mine")
    double(X)
    assert listener.calls == []


def test_nested_watchers_are_told_in_the_order_in_which_they_began() -> None:
    calls: list[Any] = []
    with watched(Listener("first ", calls)):
        with watched(Listener("second ", calls)):
            double(X)
        double(X)
    assert [name for name, _ in calls] == ["first double", "second double", "first double"]


def test_one_watcher_that_watches_twice_is_told_twice_and_then_once() -> None:
    listener = Listener()
    with watched(listener):
        with watched(listener):
            double(X)
        double(X)
    assert listener.names == ["double"] * 3


class Equal(Listener):
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Equal)

    __hash__ = None  # type: ignore[assignment] # as mutable objects that compare equal have it


def test_of_two_watchers_that_are_equal_the_right_one_leaves() -> None:
    outer, inner = Equal(), Equal()
    with watched(outer):
        with watched(inner):
            double(X)
        double(X)
    assert (len(outer.calls), len(inner.calls)) == (2, 1)


def test_blocks_may_end_in_another_order_than_they_began() -> None:
    first, second = Listener(), Listener()
    one, two = watched(first), watched(second)
    one.__enter__()
    two.__enter__()
    one.__exit__(None, None, None)
    double(X)
    two.__exit__(None, None, None)
    assert (first.names, second.names) == ([], ["double"])


class Raising:
    def accepted(self, boundary: Boundary, arguments: tuple[object, ...]) -> None:
        raise KeyError(boundary.function)


def test_what_a_watcher_raises_reaches_the_caller_before_the_body_runs() -> None:
    ran = []

    @typed
    def body(x: Float[Tensor, "b t"]) -> None:
        ran.append(x)

    late = Listener()
    with watched(Raising()), watched(late), pytest.raises(KeyError) as error:
        body(X)
    assert error.value.args == ("body",)
    assert ran == late.calls == []
    body(X)
    assert len(ran) == 1


def test_a_watcher_may_leave_while_it_is_told() -> None:
    class Once(Listener):
        def accepted(self, boundary: Boundary, arguments: tuple[object, ...]) -> None:
            super().accepted(boundary, arguments)
            watchers.remove(self)

    once, late = Once(), Listener()
    with watched(once), watched(late):
        double(X)
        double(X)
    assert (once.names, late.names) == (["double"], ["double"] * 2)


def test_calls_of_all_threads_are_told() -> None:
    listener, barrier = Listener(), Barrier(2)

    def run(rows: int) -> None:
        barrier.wait(timeout=20)
        for t in range(2, 22):
            double(torch.zeros(rows, t))

    with watched(listener), ThreadPoolExecutor(2) as pool:
        list(pool.map(run, (23, 29)))
    told = sorted(tuple(arguments[0].shape) for _, arguments in listener.calls)
    assert told == [(rows, t) for rows in (23, 29) for t in range(2, 22)]


def test_nothing_is_kept_of_a_call_that_was_told() -> None:
    class Deaf:
        def accepted(self, boundary: Boundary, arguments: tuple[object, ...]) -> None: ...

    x = torch.zeros(B, T)
    gone = weakref.ref(x)
    with watched(Deaf()):
        double(x)
        del x
        gc.collect()
        assert gone() is None
