"""A checked function is of the kind that it was: whoever asks for that gets the same answer."""

import asyncio
import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from textwrap import dedent
from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, checks, typed

pytest_plugins = ["pytester"]

B, T = 3, 5
X, WRONG = torch.zeros(B, T), torch.zeros(B)


def plain(x: Float[Tensor, "b t"]) -> Float[Tensor, "b t"]:
    return x


async def awaited(x: Float[Tensor, "b t"]) -> Float[Tensor, "b t"]:
    return x


def items(x: Float[Tensor, "b t"]) -> Iterator[Tensor]:
    yield from x


async def stream(x: Float[Tensor, "b t"]) -> AsyncIterator[Tensor]:
    for row in x:
        yield row


KINDS: list[Callable[[Any], bool]] = [
    inspect.iscoroutinefunction,
    inspect.isgeneratorfunction,
    inspect.isasyncgenfunction,
]


@pytest.mark.parametrize("function", [plain, awaited, items, stream])
def test_a_checked_function_is_of_the_kind_that_it_was(function: Callable[..., object]) -> None:
    assert [kind(typed(function)) for kind in KINDS] == [kind(function) for kind in KINDS]


def test_no_grad_above_holds_while_the_body_of_a_generator_runs() -> None:
    @torch.no_grad()
    @typed
    def rows(x: Float[Tensor, "b t"]) -> Iterator[bool]:
        yield torch.is_grad_enabled()

    assert list(rows(X)) == [False]


async def talk(x: Float[Tensor, "b t"], heard: list[str]) -> AsyncGenerator[str, str]:
    word = yield "hello"
    heard.append(f"sent {word}")
    try:
        yield "again"
    except KeyError:
        heard.append("thrown")
    try:
        yield "still here"
    finally:
        heard.append("closed")


def test_an_async_generator_hands_on_what_is_sent_thrown_and_closed() -> None:
    checked = typed(talk)
    heard: list[str] = []

    async def main() -> list[str]:
        talking = checked(X, heard)
        said = [await anext(talking), await talking.asend("word")]
        said.append(await talking.athrow(KeyError()))
        await talking.aclose()
        return said

    assert asyncio.run(main()) == ["hello", "again", "still here"]
    assert heard == ["sent word", "thrown", "closed"]


def test_the_end_of_an_async_generator_ends_it_for_the_consumer() -> None:
    async def main() -> list[Tensor]:
        return [row async for row in typed(stream)(X)]

    assert len(asyncio.run(main())) == B


def test_an_error_in_an_async_generator_reaches_the_consumer() -> None:
    @typed
    async def failing(x: Float[Tensor, "b t"]) -> AsyncIterator[Tensor]:
        yield x
        raise KeyError("mine")

    async def main() -> None:
        async for _ in failing(X):
            pass

    with pytest.raises(KeyError, match="mine"):
        asyncio.run(main())


def test_a_block_within_a_checked_context_manager_rules_what_it_surrounds() -> None:
    @contextmanager
    @typed
    def trusted(x: Float[Tensor, "b t"]) -> Iterator[None]:
        with checks("off"):
            yield

    with trusted(X):
        assert typed(plain)(WRONG) is WRONG
    with pytest.raises(ShapeError):
        typed(plain)(WRONG)


def test_a_block_within_a_checked_generator_leaves_its_consumer_alone() -> None:
    @typed
    def trusted(x: Float[Tensor, "b t"]) -> Iterator[None]:
        with checks("off"):
            yield

    for _ in trusted(X):
        with pytest.raises(ShapeError):
            typed(plain)(WRONG)


def test_a_generator_under_compile_leaves_one_graph() -> None:
    checked: Any = typed(items)

    def total(x: Tensor) -> Tensor:
        return torch.stack([row * 2 for row in checked(x)])

    compiled = torch.compile(total, backend="eager", fullgraph=True)
    assert torch.equal(compiled(torch.ones(B, T)), torch.full((B, T), 2.0))


def test_a_fixture_that_yields_is_one_when_it_is_checked(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        dedent(
            """\
            from collections.abc import Iterator

            import pytest, torch, typed_rope as tr
            from jaxtyping import Float
            from torch import Tensor

            @pytest.fixture
            def x() -> Tensor:
                return torch.zeros(3, 5)

            @pytest.fixture
            @tr.typed
            def doubled(x: Float[Tensor, "b t"]) -> Iterator[Tensor]:
                yield x.repeat(2, 1)

            def test_it(doubled: Tensor) -> None:
                assert doubled.shape == (6, 5)
            """
        )
    )
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
