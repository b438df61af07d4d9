"""What `@typed` takes, and what it leaves as it was."""

import asyncio
import functools
import inspect
import os
import pickle
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from functools import cached_property
from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor, nn

from typed_rope.checking import ShapeError, typed

B, T, D = 3, 5, 8


def scale(x: Float[Tensor, "b t"], *, by: float = 2.0) -> Float[Tensor, "b t"]:
    """Multiply."""
    return x * by


checked_scale = typed(scale)


class Layer(nn.Module):
    def __init__(self, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.weight = nn.Parameter(torch.ones(heads))

    @typed
    def forward(self, x: Float[Tensor, "b {self.heads}"]) -> Float[Tensor, "b {self.heads}"]:
        return x * self.weight


class Tools:
    size = T

    @typed
    def method(self, x: Float[Tensor, "b {self.size}"]) -> Tensor:
        return x

    @staticmethod
    @typed
    def static(x: Float[Tensor, "b t"], y: Float[Tensor, " b"]) -> None:
        return None

    @typed
    @staticmethod
    def static_below(x: Float[Tensor, "b t"], y: Float[Tensor, " b"]) -> None:
        return None

    @classmethod
    @typed
    def of_class(cls, x: Float[Tensor, "b {cls.size}"]) -> type:
        return cls

    @typed
    @classmethod
    def of_class_below(cls, x: Float[Tensor, "b {cls.size}"]) -> type:
        return cls

    @typed  # type: ignore[prop-decorator]  # mypy has no decorators on a property, Python has
    @property
    def table(self) -> Float[Tensor, "{self.size} d"]:
        """Rows."""
        return torch.zeros(T, D)

    @property
    @typed
    def wrong(self) -> Float[Tensor, "{self.size} d"]:
        return torch.zeros(D, T)

    @typed  # type: ignore[prop-decorator]  # mypy has no decorators on a property, Python has
    @cached_property
    def lazy(self) -> Float[Tensor, "{self.size} d"]:
        return torch.zeros(T, D)


def test_the_function_keeps_its_name_documentation_and_signature() -> None:
    typed_function: Any = checked_scale
    assert typed_function.__name__ == "scale"
    assert typed_function.__qualname__ == "scale"
    assert typed_function.__module__ == __name__
    assert typed_function.__doc__ == "Multiply."
    assert typed_function.__wrapped__ is scale
    assert typed_function.__annotations__ == scale.__annotations__
    assert inspect.signature(typed_function) == inspect.signature(scale)
    assert inspect.getsource(typed_function) == inspect.getsource(scale)


def test_the_defaults_are_the_same_objects() -> None:
    marker: Any = object()

    @typed
    def take(x: Float[Tensor, " b"], mark: object = marker, *, mode: Any = marker) -> object:
        return mark, mode

    assert take(torch.zeros(B)) == (marker, marker)


def test_a_checked_method_is_pickled_by_reference() -> None:
    layer = Layer(T)
    again = pickle.loads(pickle.dumps(layer))
    assert again(torch.ones(B, T)).shape == (B, T)
    assert pickle.loads(pickle.dumps(Tools.static)) is Tools.static


def test_the_forward_of_a_module_reads_its_attributes() -> None:
    layer = Layer(T)
    layer(torch.ones(B, T))
    with pytest.raises(ShapeError) as error:
        layer(torch.ones(B, D))
    assert error.value.function == "Layer.forward"


@pytest.mark.parametrize("static", [Tools.static, Tools.static_below, Tools().static])
def test_static_methods_are_checked(static: Callable[..., None]) -> None:
    static(torch.zeros(B, T), torch.zeros(B))
    with pytest.raises(ShapeError):
        static(torch.zeros(B, T), torch.zeros(T))


@pytest.mark.parametrize("method", [Tools.of_class, Tools().of_class_below])
def test_class_methods_are_checked(method: Callable[..., type]) -> None:
    assert method(torch.zeros(B, T)) is Tools
    with pytest.raises(ShapeError):
        method(torch.zeros(B, D))


def test_properties_are_checked() -> None:
    tools = Tools()
    assert tools.table.shape == (T, D)
    assert Tools.__dict__["table"].__doc__ == "Rows."
    assert tools.lazy is tools.lazy
    with pytest.raises(ShapeError) as error:
        _ = tools.wrong
    assert error.value.function == "Tools.wrong"


def test_a_result_is_checked() -> None:
    @typed
    def exchange(x: Float[Tensor, "b t"]) -> Float[Tensor, "b t"]:
        return x.T

    exchange(torch.zeros(B, B))
    with pytest.raises(ShapeError) as error:
        exchange(torch.zeros(B, T))
    assert error.value.argument == "return"


def test_a_result_of_none_is_checked() -> None:
    @typed
    def nothing(x: Float[Tensor, " b"]) -> None:
        return x  # type: ignore[return-value]  # the mistake under test

    with pytest.raises(ShapeError):
        nothing(torch.zeros(B))


def test_a_coroutine_is_checked_when_it_is_awaited() -> None:
    @typed
    async def fetch(x: Float[Tensor, "b t"]) -> Float[Tensor, "t b"]:
        await asyncio.sleep(0)
        return x.T if len(x) == B else x

    assert inspect.iscoroutinefunction(fetch)
    assert asyncio.run(fetch(torch.zeros(B, T))).shape == (T, B)
    with pytest.raises(ShapeError):
        asyncio.run(fetch(torch.zeros(D, T)))
    with pytest.raises(ShapeError):
        asyncio.run(fetch(torch.zeros(B)))


def test_a_generator_is_checked_when_it_is_asked_for_its_first_item() -> None:
    @typed
    def rows(x: Float[Tensor, "b t"]) -> Iterator[Float[Tensor, " t"]]:
        yield from x

    assert len(list(rows(torch.zeros(B, T)))) == B
    wrong = rows(torch.zeros(B))
    with pytest.raises(ShapeError):
        next(wrong)


def test_an_asynchronous_generator_is_checked_when_it_is_asked_for_its_first_item() -> None:
    @typed
    async def rows(x: Float[Tensor, "b t"]) -> AsyncIterator[Float[Tensor, " t"]]:
        for row in x:
            yield row

    async def count(x: Tensor) -> int:
        return len([row async for row in rows(x)])

    assert asyncio.run(count(torch.zeros(B, T))) == B
    with pytest.raises(ShapeError):
        asyncio.run(count(torch.zeros(B)))


def test_a_decorator_may_stand_above_or_below() -> None:
    @torch.no_grad()
    @typed
    def above(x: Float[Tensor, "b t"]) -> bool:
        return torch.is_grad_enabled()

    @typed
    @torch.no_grad()
    def below(x: Float[Tensor, "b t"]) -> bool:
        return torch.is_grad_enabled()

    for function in (above, below):
        assert function(torch.zeros(B, T)) is False
        with pytest.raises(ShapeError) as error:
            function(torch.zeros(B))
        assert error.value.function == function.__name__


def test_a_wrapper_is_checked_by_the_annotations_of_what_it_wraps() -> None:
    def logged(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        return wrapper

    checked = typed(logged(scale))
    assert checked(torch.ones(B, T), by=3).sum() == 3 * B * T
    with pytest.raises(ShapeError):
        checked(torch.zeros(B))


def test_to_check_twice_is_to_check_once() -> None:
    assert typed(checked_scale) is checked_scale


def test_a_function_without_annotations_is_left_alone() -> None:
    def free(x, y=2):  # type: ignore[no-untyped-def]  # nothing to check is the case
        return x

    assert typed(free) is free


@pytest.mark.parametrize("target", [3, "f", len, nn.Module, functools.partial(scale)], ids=repr)
def test_what_cannot_be_checked_is_refused(target: object) -> None:
    with pytest.raises(TypeError):
        typed(target)


def test_shapes_only_leaves_plain_parameters_alone() -> None:
    @typed(shapes_only=True)
    def take(x: Float[Tensor, "b t"], n: int) -> str:
        return n  # type: ignore[return-value]  # not checked is the case

    assert take(torch.zeros(B, T), "n") == "n"  # type: ignore[arg-type]  # not checked is the case
    with pytest.raises(ShapeError):
        take(torch.zeros(B), 2)


@pytest.mark.parametrize("value", ["1", "true", "True"])
def test_disabled_checks_are_no_checks(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("JAXTYPING_DISABLE", value)
    assert typed(scale) is scale
    assert typed()(scale) is scale
    checked_scale(torch.ones(B, T))  # what was decorated before stays checked
    with pytest.raises(ShapeError):
        checked_scale(torch.ones(B))


@pytest.mark.parametrize("value", ["0", "", "false"])
def test_other_values_leave_the_checks_on(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("JAXTYPING_DISABLE", value)
    assert typed(scale) is not scale


def test_the_variable_of_a_new_process_disables_the_checks() -> None:
    program = (
        "from typed_rope.checking import typed\n"
        "def f(x: int) -> int: return x\n"
        "raise SystemExit(typed(f) is not f)"
    )
    environment = os.environ | {"JAXTYPING_DISABLE": "1"}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
