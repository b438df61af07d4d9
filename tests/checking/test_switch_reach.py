"""Whom a block of checks reaches: generators and their consumers, threads, tasks."""

import _thread
import asyncio
import contextvars
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager
from threading import Barrier, Event, Thread
from typing import Literal

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, checks, typed
from typed_rope.checking.switch import scopes

B, T, D = 3, 5, 8
WRONG = torch.zeros(T, B, D)
State = Literal["on", "off"]


@typed
def double(x: Float[Tensor, "b t"]) -> Float[Tensor, "b t"]:
    return x + x


def is_on() -> bool:
    """Tell whether a wrong call is refused here."""
    try:
        double(WRONG)
    except ShapeError:
        return True
    return False


@pytest.fixture(autouse=True)
def nothing_is_left_open() -> Iterator[None]:
    yield
    assert scopes == []


# ---- generators


def test_a_generator_that_is_suspended_in_a_block_leaves_its_consumer_alone() -> None:
    def source() -> Iterator[bool]:
        with checks("off"):
            yield is_on()
            with checks("on"):
                yield is_on()
            yield is_on()
        yield is_on()

    assert [(within, is_on()) for within in source()] == [
        (False, True),
        (True, True),
        (False, True),
        (True, True),
    ]


def test_the_consumers_block_rules_in_a_generator_without_one() -> None:
    def source() -> Iterator[bool]:
        yield is_on()
        yield is_on()

    generator = source()
    with checks("off"):
        assert next(generator) is False
    assert next(generator) is True


def test_a_generator_that_is_dropped_within_its_block_closes_it() -> None:
    def source() -> Iterator[None]:
        with checks("off"):
            yield

    generator = source()
    next(generator)
    assert len(scopes) == 1
    del generator
    assert scopes == []


def test_a_generator_may_be_closed_in_another_thread_than_it_was_started_in() -> None:
    def source() -> Iterator[None]:
        with checks("off"):
            yield

    generator = source()
    next(generator)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(next, generator, None).result() is None
    assert scopes == []
    assert is_on()


def test_blocks_of_two_interleaved_generators_do_not_meet() -> None:
    def source(state: State) -> Iterator[bool]:
        with checks(state):
            for _ in range(3):
                yield is_on()

    pairs = list(zip(source("off"), source("on"), source("off"), strict=True))
    assert pairs == [(False, True, False)] * 3
    assert is_on()


# ---- context managers


def test_a_context_manager_of_a_generator_rules_the_block_that_it_manages() -> None:
    @contextmanager
    def quiet() -> Iterator[None]:
        with checks("off"):
            yield

    with quiet():
        assert not is_on()
        with checks("on"):
            assert is_on()
    assert is_on()


def test_an_async_context_manager_rules_the_block_that_it_manages() -> None:
    @asynccontextmanager
    async def quiet() -> AsyncIterator[None]:
        with checks("off"):
            yield

    async def main() -> tuple[bool, bool]:
        async with quiet():
            await asyncio.sleep(0)
            within = is_on()
        return within, is_on()

    assert asyncio.run(main()) == (False, True)


def test_an_exit_stack_holds_a_block_open() -> None:
    with ExitStack() as stack:
        stack.enter_context(checks("off"))
        assert not is_on()
    assert is_on()


def test_an_exit_stack_in_a_generator_leaves_its_consumer_alone() -> None:
    def source() -> Iterator[bool]:
        with ExitStack() as stack:
            stack.enter_context(checks("off"))
            yield is_on()

    assert [(within, is_on()) for within in source()] == [(False, True)]


@pytest.fixture
def unchecked() -> Iterator[None]:
    with checks("off"):
        yield


@pytest.mark.usefixtures("unchecked")
def test_a_fixture_rules_the_test_that_uses_it() -> None:
    assert not is_on()


# ---- threads and tasks


def test_two_threads_in_the_same_function_have_a_state_each() -> None:
    barrier, seen = Barrier(2), dict[str, list[bool]]()

    def run(state: State) -> None:
        with checks(state):
            for _ in range(20):
                barrier.wait(timeout=20)
                seen.setdefault(state, []).append(is_on())

    threads = [Thread(target=run, args=(state,)) for state in ("on", "off")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert seen == {"on": [True] * 20, "off": [False] * 20}


def test_a_thread_that_is_started_within_a_block_has_checks_on() -> None:
    with checks("off"), ThreadPoolExecutor(1) as pool:
        assert pool.submit(is_on).result()
        assert not is_on()


def test_blocks_may_end_in_another_order_than_they_began() -> None:
    off, on = checks("off"), checks("on")
    off.__enter__()
    on.__enter__()
    off.__exit__(None, None, None)
    assert is_on()
    assert [scope.state for scope in scopes] == ["on"]
    again = checks("off")
    again.__enter__()
    on.__exit__(None, None, None)
    assert not is_on()
    again.__exit__(None, None, None)
    assert is_on()


def test_a_block_rules_in_the_outermost_function_of_a_thread() -> None:
    seen, done = list[bool](), Event()

    def outermost() -> None:
        with checks("off"):
            seen.append(is_on())
        done.set()

    _thread.start_new_thread(outermost, ())
    assert done.wait(60)
    assert seen == [False]


def test_a_context_that_is_copied_within_a_block_takes_it_along_while_it_is_open() -> None:
    with checks("off"):
        context = contextvars.copy_context()
        with ThreadPoolExecutor(1) as pool:
            assert not pool.submit(context.run, is_on).result()
    assert context.run(is_on)


def test_tasks_that_run_at_once_have_a_state_each() -> None:
    async def task(state: State) -> list[bool]:
        seen = []
        with checks(state):
            for _ in range(5):
                await asyncio.sleep(0)
                seen.append(is_on())
        return seen

    async def main() -> tuple[list[bool], ...]:
        return tuple(await asyncio.gather(task("off"), task("on"), task("off")))

    assert asyncio.run(main()) == ([False] * 5, [True] * 5, [False] * 5)


def test_a_task_and_a_thread_of_asyncio_inherit_the_block_they_are_started_in() -> None:
    async def ask() -> bool:
        await asyncio.sleep(0)
        return is_on()

    async def main() -> tuple[bool, bool]:
        with checks("off"):
            return await asyncio.create_task(ask()), await asyncio.to_thread(is_on)

    assert asyncio.run(main()) == (False, False)


def test_a_block_ends_for_a_task_that_outlives_it() -> None:
    async def ask(within: asyncio.Event, after: asyncio.Event) -> tuple[bool, bool]:
        before = is_on()
        within.set()
        await after.wait()
        return before, is_on()

    async def main() -> tuple[bool, bool]:
        within, after = asyncio.Event(), asyncio.Event()
        with checks("off"):
            task = asyncio.create_task(ask(within, after))
            await within.wait()
        after.set()
        return await task

    assert asyncio.run(main()) == (False, True)


def test_a_task_started_by_an_async_generator_inherits_its_block_while_that_waits() -> None:
    async def ask() -> bool:
        await asyncio.sleep(0)
        return is_on()

    async def source() -> AsyncIterator[tuple[bool, bool]]:
        with checks("off"):
            yield await asyncio.create_task(ask()), await asyncio.to_thread(is_on)

    async def main() -> list[tuple[tuple[bool, bool], bool]]:
        return [(within, is_on()) async for within in source()]

    assert asyncio.run(main()) == [((False, False), True)]
