"""Watchers hear of every accepted call, once, in order, and of nothing else."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import InitVar, dataclass
from typing import Any, NamedTuple, no_type_check

import pytest
import torch
from jaxtyping import Float
from torch import Tensor, nn

from typed_rope.checking import ShapeError, checks, typed
from typed_rope.checking.boundary import Boundary
from typed_rope.checking.watching import watched, watchers

B, T, D = 3, 5, 8
X, WRONG = torch.zeros(B, T), torch.zeros(T, B, D)


@typed
def double(x: Float[Tensor, "b t"], *rest: Tensor, scale: int = 2, **more: int) -> Tensor:
    return x * scale


@typed
def quadruple(x: Float[Tensor, "b t"]) -> Tensor:
    return double(double(x))


@typed
def flip(x: Float[Tensor, "b t"]) -> Float[Tensor, "b t"]:
    return x.T


@typed
def items(x: Float[Tensor, "b t"]) -> Iterator[Tensor]:
    yield from x


@typed
async def waited(x: Float[Tensor, "b t"]) -> Tensor:
    await asyncio.sleep(0)
    return x


@typed
async def stream(x: Float[Tensor, "b t"]) -> AsyncIterator[Tensor]:
    for item in x:
        yield item


class Layer(nn.Module):
    @typed
    def forward(self, x: Float[Tensor, "b t"]) -> Tensor:
        return x

    @classmethod
    @typed
    def make(cls, x: Float[Tensor, "b t"]) -> Tensor:
        return x

    @property
    @typed
    def weight(self) -> Float[Tensor, "b t"]:
        return X


@typed
@dataclass
class State:
    x: Float[Tensor, "b t"]
    scale: InitVar[int]

    def __post_init__(self, scale: int) -> None:
        self.x = self.x * scale


@typed
class Pair(NamedTuple):
    k: Float[Tensor, "b t"]
    v: Float[Tensor, "b t"]


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


def heard(call: Callable[[], object]) -> list[tuple[str, tuple[object, ...]]]:
    listener = Listener()
    with watched(listener):
        call()
    return listener.calls


def refused(call: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        with pytest.raises(ShapeError):
            call()

    return run


def test_the_arguments_go_with_the_names_of_the_boundary() -> None:
    (call,) = heard(lambda: double(X, WRONG, scale=3, word=7))
    assert call == ("double", (X, (WRONG,), 3, {"word": 7}))
    boundary: Boundary = double.__boundary__  # type: ignore[attr-defined] # of every wrapper
    assert boundary.names == ("x", "rest", "scale", "more")


def test_a_default_that_was_not_given_is_among_the_arguments() -> None:
    assert heard(lambda: double(X)) == [("double", (X, (), 2, {}))]


LAYER = Layer()
ACCEPTED: dict[str, tuple[Callable[[], object], list[tuple[str, tuple[object, ...]]]]] = {
    "method": (lambda: LAYER(X), [("Layer.forward", (LAYER, X))]),
    "class method": (lambda: Layer.make(X), [("Layer.make", (Layer, X))]),
    "property": (lambda: LAYER.weight, [("Layer.weight", (LAYER,))]),
    "generator": (lambda: list(items(X)), [("items", (X,))]),
    "async generator": (lambda: asyncio.run(_first(stream(X))), [("stream", (X,))]),
    "awaited": (lambda: asyncio.run(_await(X)), [("waited", (X,))]),
    "inside": (lambda: quadruple(X), [("quadruple", (X,))]),
}


async def _first(items: AsyncIterator[Any]) -> object:
    return await anext(items)


async def _await(x: Tensor) -> Tensor:
    return await waited(x)


@pytest.mark.parametrize("case", ACCEPTED)
def test_each_accepted_call_is_told_once(case: str) -> None:
    call, expected = ACCEPTED[case]
    assert heard(call)[: len(expected)] == expected
    assert len(heard(call)) == (3 if case == "inside" else 1)


def test_an_outer_call_is_told_before_those_that_its_body_makes() -> None:
    assert [name for name, _ in heard(lambda: quadruple(X))] == ["quadruple", "double", "double"]


def test_a_record_is_told_when_it_is_made_with_the_fields_that_it_has_then() -> None:
    made = State(X + 1, 3)
    ((name, (instance, field)),) = heard(lambda: made.__init__(X + 1, 3))  # type: ignore[misc] # again
    assert (name, instance, field) == ("State", made, made.x)
    assert torch.equal(made.x, torch.full((B, T), 3.0))


def test_a_named_tuple_is_told_by_whichever_way_it_is_made() -> None:
    pair = Pair(X, X)
    ways: list[Callable[[], object]] = [
        lambda: Pair(X, v=X),
        lambda: Pair._make([X, X]),
        lambda: pair._replace(v=X),
    ]
    for way in ways:
        ((name, (instance, *fields)),) = heard(way)
        assert (name, type(instance)) == ("Pair", Pair)
        assert [field is X for field in fields] == [True, True]


REFUSED: dict[str, Callable[[], object]] = {
    "function": lambda: double(WRONG),
    "method": lambda: Layer()(WRONG),
    "generator": lambda: next(items(WRONG)),
    "awaited": lambda: asyncio.run(_await(WRONG)),
    "dataclass": lambda: State(WRONG, 3),
    "named tuple": lambda: Pair(X, WRONG),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_call_is_not_told(case: str) -> None:
    assert heard(refused(REFUSED[case])) == []


def test_a_call_whose_result_is_refused_had_been_accepted() -> None:
    assert heard(refused(lambda: flip(X))) == [("flip", (X,))]


def test_a_call_that_fails_in_its_body_had_been_accepted() -> None:
    @typed
    def fail(x: Float[Tensor, "b t"]) -> None:
        raise KeyError("mine")

    def run() -> None:
        with pytest.raises(KeyError):
            fail(X)

    assert [name for name, _ in heard(run)] == ["fail"]


def test_calls_that_nobody_checks_are_not_told() -> None:
    with checks("off"):
        assert heard(lambda: (double(X), Pair(X, X))) == []


def test_a_marked_function_is_not_told() -> None:
    @no_type_check
    @typed
    def loose(x: Float[Tensor, "b t"]) -> None: ...

    assert heard(lambda: loose(X)) == []
