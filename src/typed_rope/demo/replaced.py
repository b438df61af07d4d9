"""Run a model with one method of every attention layer replaced, and nothing else changed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import MethodType
from typing import Literal

from torch import nn

from typed_rope.modules import Attention


def attention_layers(model: nn.Module) -> list[Attention]:
    """List a model's layers of attention, first one first."""
    return [module for module in model.modules() if isinstance(module, Attention)]


@contextmanager
def replaced(
    model: nn.Module, method: Literal["project", "forward"], function: Callable[..., object]
) -> Iterator[None]:
    """Call `function`, with the layer first, where the model would call the layer's method."""
    layers = attention_layers(model)
    for layer in layers:
        layer.__dict__[method] = MethodType(function, layer)
    try:
        yield
    finally:
        for layer in layers:
            del layer.__dict__[method]
