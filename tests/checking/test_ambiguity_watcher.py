"""A warning of an ambiguous call stands where the user wrote the call, and only if asked for."""

import asyncio
import inspect
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import torch
from jaxtyping import Float
from torch import Tensor, nn

from typed_rope.checking import AmbiguousShapeWarning, typed
from typed_rope.checking.ambiguity import AmbiguityWatcher
from typed_rope.checking.watching import watched
from typed_rope.layout import merge_heads

T = 7


@typed
def alone(x: Float[Tensor, "b t"]) -> None: ...


@typed
@dataclass
class Checked:
    x: Float[Tensor, "b t"]


class Holder:
    @typed
    def method(self, x: Float[Tensor, "b t"]) -> None: ...

    @classmethod
    @typed
    def of_class(cls, x: Float[Tensor, "b t"]) -> None: ...


class Layer(nn.Module):
    @typed
    def forward(self, x: Float[Tensor, "b t"]) -> Float[Tensor, "b t"]:
        return x


def _hooked() -> Layer:
    layer = Layer()
    layer.register_forward_hook(lambda *_: None)
    return layer


@typed
async def waiting(x: Float[Tensor, "b t"]) -> None: ...


@typed
def items(x: Float[Tensor, "b t"]) -> Iterator[int]:
    yield x.shape[0]


async def _awaits() -> None:
    await waiting(torch.zeros(T, T))


@pytest.mark.parametrize(
    "call",
    [
        lambda: alone(torch.zeros(T, T)),
        lambda: Holder().method(torch.zeros(T, T)),
        lambda: Holder.of_class(torch.zeros(T, T)),
        lambda: Checked(torch.zeros(T, T)),
        lambda: next(items(torch.zeros(T, T))),
        lambda: list(map(alone, [torch.zeros(T, T)])),
        lambda: Layer()(torch.zeros(T, T)),
        lambda: _hooked()(torch.zeros(T, T)),
        lambda: nn.Sequential(Layer())(torch.zeros(T, T)),
        lambda: torch.no_grad()(alone)(torch.zeros(T, T)),
        lambda: merge_heads(torch.zeros(T, T, 3, 2)),
    ],
    ids=[
        *("function", "method", "class method", "record", "generator", "map"),
        *("module", "module with a hook", "module in a module", "no_grad", "function of ours"),
    ],
)
def test_a_warning_points_at_the_line_of_the_call(call: Callable[[], object]) -> None:
    with watched(AmbiguityWatcher()), pytest.warns(AmbiguousShapeWarning) as raised:
        call()
    (warning,) = raised
    assert (warning.filename, warning.lineno) == (__file__, call.__code__.co_firstlineno)


def test_a_warning_points_at_the_line_that_awaits() -> None:
    with watched(AmbiguityWatcher()), pytest.warns(AmbiguousShapeWarning) as raised:
        asyncio.run(_awaits())
    (warning,) = raised
    assert warning.lineno == inspect.getsourcelines(_awaits)[1] + 1


def test_nothing_warns_of_a_call_unless_somebody_asked() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        alone(torch.zeros(T, T))
