"""Where a block of checks rules: a context, what is started inside it, and nobody else."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import pytest
import torch
from jaxtyping import Float
from torch import Tensor, nn

from typed_rope.checking import ShapeError, checks, typed
from typed_rope.checking.switch import scopes

B, T, D = 3, 5, 8
RIGHT, WRONG = torch.zeros(B, T), torch.zeros(T, B, D)
State = Literal["on", "off"]


@typed
def double(x: Float[Tensor, "b t"]) -> Float[Tensor, "b t"]:
    return x + x


@typed
def flip(x: Float[Tensor, "b t"]) -> Float[Tensor, "b t"]:
    return x.T


@typed
async def waited(x: Float[Tensor, "b t"]) -> Float[Tensor, "b t"]:
    await asyncio.sleep(0)
    return x


@typed
def items(x: Float[Tensor, "b t"]) -> Iterator[Tensor]:
    yield from x


@typed
async def stream(x: Float[Tensor, "b t"]) -> AsyncIterator[Tensor]:
    for item in x:
        yield item


@typed
@dataclass
class Plain:
    x: Float[Tensor, "b t"]


@typed
@dataclass
class Prepared:
    x: Float[Tensor, "b t"]

    def __post_init__(self) -> None:
        self.prepared = True


@typed
class Pair(NamedTuple):
    k: Float[Tensor, "b t"]
    v: Float[Tensor, "b t"]


class Layer(nn.Module):
    @typed
    def forward(self, x: Float[Tensor, "b t"]) -> Float[Tensor, "b t"]:
        return x

    @property
    @typed
    def weight(self) -> Float[Tensor, "b t"]:
        return WRONG

    @classmethod
    @typed
    def make(cls, x: Float[Tensor, "b t"]) -> Tensor:
        return x


def is_on() -> bool:
    """Tell whether a wrong call is refused here."""
    try:
        double(WRONG)
    except ShapeError:
        return True
    return False


async def first(items: AsyncIterator[Any]) -> object:
    return await anext(items)


async def await_wrong() -> object:
    return await waited(WRONG)


CALLS: dict[str, Callable[[], object]] = {
    "argument": lambda: double(WRONG),
    "result": lambda: flip(RIGHT),
    "coroutine": lambda: asyncio.run(await_wrong()),
    "generator": lambda: next(items(WRONG)),
    "async generator": lambda: asyncio.run(first(stream(WRONG))),
    "dataclass": lambda: Plain(WRONG),
    "dataclass with __post_init__": lambda: Prepared(WRONG),
    "named tuple": lambda: Pair(RIGHT, WRONG),
    "named tuple, made": lambda: Pair._make([RIGHT, WRONG]),
    "named tuple, replaced": lambda: Pair(RIGHT, RIGHT)._replace(v=WRONG),
    "module": lambda: Layer()(WRONG),
    "property": lambda: Layer().weight,
    "class method": lambda: Layer.make(WRONG),
}


@pytest.fixture(autouse=True)
def nothing_is_left_open() -> Iterator[None]:
    yield
    assert scopes == []


@pytest.mark.parametrize("name", CALLS)
def test_a_wrong_call_passes_within_a_block_alone(name: str) -> None:
    with checks("off"):
        CALLS[name]()
    with pytest.raises(ShapeError):
        CALLS[name]()


def test_a_call_within_a_block_does_what_the_function_does() -> None:
    with checks("off"):
        assert torch.equal(double(torch.ones(B, T)), torch.full((B, T), 2.0))
        assert [len(item) for item in items(RIGHT)] == [T] * B
        assert Pair(RIGHT, v=WRONG).v is WRONG


@pytest.mark.parametrize("states", [("off", "on"), ("on", "off"), ("off", "off"), ("on", "on")])
def test_the_innermost_block_rules_and_the_outer_one_after_it(states: tuple[State, State]) -> None:
    outer, inner = states
    with checks(outer):
        assert is_on() is (outer == "on")
        with checks(inner):
            assert is_on() is (inner == "on")
            with checks(outer):
                assert is_on() is (outer == "on")
            assert is_on() is (inner == "on")
        assert is_on() is (outer == "on")
    assert is_on()


def test_one_object_may_open_several_blocks() -> None:
    off = checks("off")
    with off:
        with checks("on"):
            with off:
                assert not is_on()
            assert is_on()
        assert not is_on()
    assert is_on()


def test_an_exception_ends_a_block() -> None:
    with pytest.raises(KeyError), checks("off"):
        raise KeyError("mine")
    assert is_on()


def test_a_refusal_within_a_block_of_on_ends_both_blocks() -> None:
    with pytest.raises(ShapeError), checks("off"), checks("on"):
        double(WRONG)
    assert is_on()


@pytest.mark.parametrize("state", ["ON", "", None, True, 0])
def test_any_other_state_is_refused(state: Any) -> None:
    with pytest.raises(ValueError, match="checks: the state") as error:
        checks(state)
    assert str(error.value) == f'checks: the state is "on" or "off", not {state!r}.'


# ---- as a decorator


def test_a_decorated_function_runs_unchecked_and_keeps_its_name() -> None:
    @checks("off")
    def loose(x: Tensor, *, times: int = 2) -> Tensor:
        """Say it."""
        return double(x) * times

    assert loose(WRONG, times=3).shape == WRONG.shape
    assert is_on()
    assert (loose.__name__, loose.__doc__) == ("loose", "Say it.")


def test_a_decorated_function_takes_arguments_by_place_and_by_name() -> None:
    def plain(x: object, *, by: object) -> tuple[object, object]:
        return x, by

    def items(x: object, *, by: object) -> Iterator[object]:
        yield x
        yield by

    async def wait(x: object, *, by: object) -> tuple[object, object]:
        return x, by

    async def stream(x: object, *, by: object) -> AsyncIterator[object]:
        yield x
        yield by

    async def collected(source: AsyncIterator[object]) -> tuple[object, ...]:
        return tuple([item async for item in source])

    assert checks("off")(plain)(1, by=2) == (1, 2)
    assert tuple(checks("off")(items)(1, by=2)) == (1, 2)
    assert asyncio.run(checks("off")(wait)(1, by=2)) == (1, 2)
    assert asyncio.run(collected(checks("off")(stream)(1, by=2))) == (1, 2)


def test_a_decorated_function_may_call_itself() -> None:
    @checks("off")
    def deep(depth: int) -> list[bool]:
        return [is_on(), *(deep(depth - 1) if depth else []), is_on()]

    assert not any(deep(3))
    assert is_on()


def test_a_checked_function_below_runs_unchecked_and_one_above_does_not() -> None:
    assert checks("off")(double)(WRONG).shape == WRONG.shape
    with pytest.raises(ShapeError):
        typed(checks("off")(double.__wrapped__))(WRONG)  # type: ignore[attr-defined] # of wraps


def test_a_decorated_coroutine_is_unchecked_while_it_waits() -> None:
    @checks("off")
    async def loose() -> bool:
        await waited(WRONG)
        return is_on()

    async def beside() -> list[bool]:
        seen = []
        for _ in range(4):
            await asyncio.sleep(0)
            seen.append(is_on())
        return seen

    async def main() -> tuple[bool, list[bool], bool]:
        return (*await asyncio.gather(loose(), beside()), is_on())

    assert asyncio.run(main()) == (False, [True] * 4, True)


def test_a_decorated_generator_is_unchecked_and_its_consumer_is_not() -> None:
    @checks("off")
    def loose() -> Generator[bool, str, str]:
        said = yield is_on()
        with pytest.raises(KeyError):
            yield is_on()
        return said

    generator = loose()
    assert (next(generator), is_on()) == (False, True)
    assert (generator.send("word"), is_on()) == (False, True)
    with pytest.raises(StopIteration) as end:
        generator.throw(KeyError("mine"))
    assert end.value.value == "word"
    assert is_on()


def test_a_decorated_async_generator_is_unchecked_and_its_consumer_is_not() -> None:
    @checks("off")
    async def loose() -> AsyncGenerator[bool, None]:
        for _ in range(3):
            await asyncio.sleep(0)
            yield is_on()

    async def main() -> list[tuple[bool, bool]]:
        return [(within, is_on()) async for within in loose()]

    assert asyncio.run(main()) == [(False, True)] * 3


def of_class(cls: type) -> None: ...


NO_FUNCTIONS = [Plain, property(of_class), classmethod(of_class), 3]


@pytest.mark.parametrize("target", NO_FUNCTIONS, ids=lambda target: type(target).__name__)
def test_only_functions_can_be_decorated(target: Any) -> None:
    with pytest.raises(TypeError) as error:
        checks("off")(target)
    assert str(error.value) == (
        f"checks: cannot decorate {target!r}. It takes functions: put it below @staticmethod, "
        "@classmethod or @property, and on the methods of a class."
    )
