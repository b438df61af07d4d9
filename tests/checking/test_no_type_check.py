"""`typing.no_type_check` leaves alone what it marks, above `@typed` and below it, and no more."""

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, no_type_check

import pytest
import torch
from jaxtyping import Float
from torch import Tensor, nn

from typed_rope.checking import ShapeError, check_shape, typed

B, T, D = 3, 5, 8
X, WRONG = torch.zeros(B, T), torch.zeros(T, B, D)


def returned(x: Float[Tensor, "b t"]) -> Float[Tensor, "b t"]:
    return WRONG


def with_local(x: Float[Tensor, "b t"]) -> Tensor:
    def inside() -> Tensor:
        return check_shape(WRONG, "b t")

    return inside()


def items(x: Float[Tensor, "b t"]) -> Iterator[Tensor]:
    yield check_shape(x, "b t")


async def stream(x: Float[Tensor, "b t"]) -> AsyncIterator[Tensor]:
    yield check_shape(x, "b t")


class Pair(NamedTuple):
    k: Float[Tensor, "b t"]
    v: Float[Tensor, "b t"]


@dataclass
class State:
    x: Float[Tensor, "b t"]


@dataclass
class Prepared:
    x: Float[Tensor, "b t"]

    def __post_init__(self) -> None:
        self.prepared = True


async def _first(items: AsyncIterator[Any]) -> object:
    return await anext(items)


TARGETS: dict[str, tuple[Any, Callable[[Any], object]]] = {
    "argument": (returned, lambda f: f(WRONG)),
    "result": (returned, lambda f: f(X)),
    "local": (with_local, lambda f: f(X)),
    "argument and local": (with_local, lambda f: f(WRONG)),
    "local of a generator": (items, lambda f: list(f(WRONG))),
    "async generator": (stream, lambda f: asyncio.run(_first(f(WRONG)))),
    "dataclass": (State, lambda cls: cls(WRONG)),
    "dataclass with __post_init__": (Prepared, lambda cls: cls(WRONG)),
    "named tuple": (Pair, lambda cls: cls(X, WRONG)),
    "named tuple, made": (Pair, lambda cls: cls._make([X, WRONG])),
}


def fresh(target: Any) -> Any:
    """Return the same function or class anew, as a mark would stay on it."""
    if not isinstance(target, type):
        copy = type(target)(target.__code__, target.__globals__, target.__name__)
        return functools.update_wrapper(copy, target)
    if issubclass(target, tuple):
        return NamedTuple(target.__name__, list(target.__annotations__.items()))
    body = {k: v for k, v in vars(target).items() if k in ("__annotations__", "__post_init__")}
    return dataclass(type(target.__name__, (), body | {"__module__": __name__}))


@pytest.mark.parametrize("case", TARGETS)
def test_what_is_not_marked_is_checked(case: str) -> None:
    target, call = TARGETS[case]
    with pytest.raises(ShapeError):
        call(typed(fresh(target)))


@pytest.mark.parametrize("case", TARGETS)
def test_a_mark_below_leaves_it_as_it_is(case: str) -> None:
    target, call = TARGETS[case]
    marked = no_type_check(fresh(target))
    assert typed(marked) is marked
    assert typed(shapes_only=True)(marked) is marked
    call(marked)


@pytest.mark.parametrize("case", TARGETS)
def test_a_mark_above_leaves_every_call_alone(case: str) -> None:
    target, call = TARGETS[case]
    marked = no_type_check(typed(fresh(target)))
    call(marked)
    call(marked)


def test_the_function_of_a_marked_one_stays_checked() -> None:
    plain = fresh(returned)
    no_type_check(typed(plain))
    with pytest.raises(ShapeError):
        typed(plain)(X)


def test_below_a_mark_nothing_has_to_be_readable() -> None:
    def unknown(x: "Nowhere[Tensor]", y: "Float[Tensor, 'b (t']") -> "Nothing":  # type: ignore[name-defined] # noqa: F821 # unknown on purpose
        return x, y

    @typed
    @no_type_check
    @dataclass
    class Unknown:
        x: "Nowhere[Tensor]"  # type: ignore[name-defined] # noqa: F821 # unknown on purpose

    assert typed(no_type_check(unknown))(WRONG, X) == (WRONG, X)
    assert Unknown(WRONG).x is WRONG


@no_type_check
class Marked(nn.Module):
    class Inner:
        @typed
        def method(self, x: Float[Tensor, "b t"]) -> Tensor:
            return x

    @typed
    @dataclass
    class Record:
        x: Float[Tensor, "b t"]

    @typed
    def forward(self, x: Float[Tensor, "b t"]) -> Tensor:
        return check_shape(x, "b t")

    @staticmethod
    @typed
    def static(x: Float[Tensor, "b t"]) -> Tensor:
        return x

    @typed
    @staticmethod
    def static_below(x: Float[Tensor, "b t"]) -> Tensor:
        return x

    @classmethod
    @typed
    def make(cls, x: Float[Tensor, "b t"]) -> Tensor:
        return x

    @typed
    @classmethod
    def make_below(cls, x: Float[Tensor, "b t"]) -> Tensor:
        return x

    @property
    @typed
    def weight(self) -> Float[Tensor, "b t"]:
        return WRONG

    @property
    @no_type_check
    @typed
    def loose(self) -> Float[Tensor, "b t"]:
        return WRONG


class Heir(Marked):
    @typed
    def more(self, x: Float[Tensor, "b t"]) -> Tensor:
        return x


class Base:
    @typed
    def method(self, x: Float[Tensor, "b t"]) -> Tensor:
        return x


@no_type_check
class MarkedHeir(Base):
    pass


MEMBERS: dict[str, Callable[[], object]] = {
    "module": lambda: Marked()(WRONG),
    "static method": lambda: Marked.static(WRONG),
    "static method below": lambda: Marked.static_below(WRONG),
    "class method": lambda: Marked.make(WRONG),
    "class method below": lambda: Marked.make_below(WRONG),
    "class inside": lambda: Marked.Inner().method(WRONG),
    "record inside": lambda: Marked.Record(WRONG),
    "marked property": lambda: Marked().loose,
    "inherited from a marked class": lambda: Heir()(WRONG),
}


@pytest.mark.parametrize("member", MEMBERS)
def test_a_mark_on_a_class_is_one_on_its_methods_and_classes(member: str) -> None:
    MEMBERS[member]()


# What Python itself leaves out of the mark on a class.
NOT_MARKED: dict[str, Callable[[], object]] = {
    "property": lambda: Marked().weight,
    "added by a subclass": lambda: Heir().more(WRONG),
    "inherited by a marked class": lambda: MarkedHeir().method(WRONG),
}


@pytest.mark.parametrize("member", NOT_MARKED)
def test_a_mark_on_a_class_reaches_no_further(member: str) -> None:
    with pytest.raises(ShapeError):
        NOT_MARKED[member]()


def test_a_mark_above_is_one_for_dynamo_too() -> None:
    torch._dynamo.reset()
    marked = no_type_check(typed(fresh(returned)))
    compiled: Any = torch.compile(marked, fullgraph=True, backend="eager")
    assert compiled(WRONG).shape == WRONG.shape
