"""`shapes_only` leaves alone what has no axes in its annotation, and checks the rest as before."""

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import InitVar, dataclass
from typing import Any, NamedTuple

import pytest
import torch
from jaxtyping import Float
from torch import Tensor, nn

from typed_rope.checking import ShapeError, typed

B, T, D = 3, 5, 8
X: Any = torch.zeros(B, T)
WRONG: Any = torch.zeros(T, B, D)
TEXT: Any = "no number"

shapes_only = typed(shapes_only=True)


@shapes_only
def scale(x: Float[Tensor, "b t"], n: int, *rest: int, **more: int) -> int:
    return TEXT  # type: ignore[no-any-return] # a wrong result is the case


@shapes_only
def result(x: Tensor, n: int) -> Float[Tensor, "b t"]:
    return x


@shapes_only
def union(x: int | Float[Tensor, "b t"], y: list[Float[Tensor, "b t"]] | None = None) -> None: ...


@shapes_only
async def waited(x: Float[Tensor, "b t"], n: int) -> int:
    return TEXT  # type: ignore[no-any-return] # a wrong result is the case


@shapes_only
def items(x: Float[Tensor, "b t"], n: int) -> Iterator[Tensor]:
    yield x


@shapes_only
async def stream(x: Float[Tensor, "b t"], n: int) -> AsyncIterator[Tensor]:
    yield x


class Layer(nn.Module):
    @shapes_only
    def forward(self, x: Float[Tensor, "b t"], n: int) -> int:
        return TEXT  # type: ignore[no-any-return] # a wrong result is the case

    @shapes_only
    @staticmethod
    def static(x: Float[Tensor, "b t"], n: int) -> None: ...

    @staticmethod
    @shapes_only
    def static_above(x: Float[Tensor, "b t"], n: int) -> None: ...

    @shapes_only
    @classmethod
    def make(cls, x: Float[Tensor, "b t"], n: int) -> None: ...

    @classmethod
    @shapes_only
    def make_above(cls, x: Float[Tensor, "b t"], n: int) -> None: ...

    @shapes_only  # type: ignore[prop-decorator] # mypy's own limit
    @property
    def weight(self) -> Float[Tensor, "b t"]:
        return WRONG  # type: ignore[no-any-return] # a wrong result is the case

    @shapes_only  # type: ignore[prop-decorator] # mypy's own limit
    @functools.cached_property
    def cached_weight(self) -> Float[Tensor, "b t"]:
        return WRONG  # type: ignore[no-any-return] # a wrong result is the case

    @shapes_only  # type: ignore[prop-decorator] # mypy's own limit
    @property
    def size(self) -> int:
        return TEXT  # type: ignore[no-any-return] # a wrong result is the case

    @size.setter
    @shapes_only
    def size(self, x: Float[Tensor, "b t"] | int) -> None: ...


@shapes_only
@dataclass
class State:
    x: Float[Tensor, "b t"]
    n: int
    y: Float[Tensor, "b t"] | None = None


@shapes_only
@dataclass
class Prepared:
    x: Float[Tensor, "b t"]
    n: InitVar[int]

    def __post_init__(self, n: int) -> None:
        self.size: int = n


@shapes_only
class Pair(NamedTuple):
    x: Float[Tensor, "b t"]
    n: int


def first(iterator: Any) -> object:
    return asyncio.run(anext(iterator)) if hasattr(iterator, "__anext__") else next(iterator)


def set_size(value: Any) -> None:
    Layer().size = value


LEFT_ALONE: dict[str, Callable[[], object]] = {
    "argument and result": lambda: scale(X, TEXT),
    "more arguments": lambda: scale(X, 2, TEXT, word=TEXT),
    "argument beside a result with axes": lambda: result(X, TEXT),
    "coroutine": lambda: asyncio.run(_await(X, TEXT)),
    "generator": lambda: next(items(X, TEXT)),
    "async generator": lambda: asyncio.run(_first(stream(X, TEXT))),
    "module": lambda: Layer()(X, TEXT),
    "static method": lambda: Layer.static(X, TEXT),
    "static method above": lambda: Layer.static_above(X, TEXT),
    "class method": lambda: Layer.make(X, TEXT),
    "class method above": lambda: Layer.make_above(X, TEXT),
    "property": lambda: Layer().size,
    "dataclass": lambda: State(X, TEXT),
    "dataclass with __post_init__": lambda: Prepared(X, TEXT),
    "named tuple": lambda: Pair(X, TEXT),
    "named tuple, replaced": lambda: Pair(X, 2)._replace(n=TEXT),
}
REFUSED: dict[str, Callable[[], object]] = {
    "argument": lambda: scale(WRONG, 2),
    "result": lambda: result(WRONG, 2),
    "no tensor where axes are": lambda: scale(TEXT, 2),
    "neither side of a union": lambda: union(TEXT),
    "tensor of a union": lambda: union(WRONG),
    "item of a list": lambda: union(2, [X, WRONG]),
    "axes across arguments": lambda: union(X, [X.T]),
    "coroutine": lambda: asyncio.run(_await(WRONG, 2)),
    "generator": lambda: next(items(WRONG, 2)),
    "async generator": lambda: asyncio.run(_first(stream(WRONG, 2))),
    "module": lambda: Layer()(WRONG, 2),
    "static method": lambda: Layer.static(WRONG, 2),
    "static method above": lambda: Layer.static_above(WRONG, 2),
    "class method": lambda: Layer.make(WRONG, 2),
    "class method above": lambda: Layer.make_above(WRONG, 2),
    "property": lambda: Layer().weight,
    "cached property": lambda: Layer().cached_weight,
    "setter": lambda: set_size(TEXT),
    "dataclass": lambda: State(WRONG, 2),
    "optional field": lambda: State(X, 2, X.T),
    "dataclass with __post_init__": lambda: Prepared(WRONG, 2),
    "named tuple": lambda: Pair(WRONG, 2),
}


async def _first(items: AsyncIterator[Any]) -> object:
    return await anext(items)


async def _await(x: Any, n: Any) -> object:
    return await waited(x, n)


@pytest.mark.parametrize("case", LEFT_ALONE)
def test_what_has_no_axes_is_left_alone(case: str) -> None:
    LEFT_ALONE[case]()


@pytest.mark.parametrize("case", REFUSED)
def test_what_has_axes_is_checked(case: str) -> None:
    with pytest.raises(ShapeError):
        REFUSED[case]()


def test_an_axis_may_still_read_an_argument_that_is_left_alone() -> None:
    @shapes_only
    def take(x: Float[Tensor, "b t={n}"], n: int) -> None: ...

    take(X, T)
    take(X, n=float(T))  # type: ignore[arg-type] # not checked is the case
    with pytest.raises(ShapeError):
        take(X, B)


def test_a_function_without_axes_is_returned_as_it_is() -> None:
    def plain(n: int, x: Tensor) -> int:
        return n

    assert shapes_only(plain) is plain
    assert typed(plain) is not plain


def test_an_annotation_that_cannot_be_resolved_is_still_an_error() -> None:
    def unknown(n: "Nowhere") -> None: ...  # type: ignore[name-defined] # noqa: F821 # on purpose

    with pytest.raises(NameError):
        shapes_only(unknown)
