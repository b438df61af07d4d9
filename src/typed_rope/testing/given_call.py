"""The right call that a sweep starts from, in whatever way its arguments are given."""

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from typed_rope.testing.choosing import First
from typed_rope.testing.draw import Options, draw_arguments
from typed_rope.testing.target import read_target


def one_call(
    function: Callable[..., Any], arguments: Any, multiples: Mapping[str, str | int]
) -> Mapping[str, Any]:
    """Return the arguments of one call by name; drawn for `function` where there are none.

    Of a strategy, it is the simplest example.
    Raises: TypeError for anything but a mapping, a sequence or a strategy.
    """
    if arguments is None:
        return draw_arguments(
            read_target(function), {}, Options(multiples=multiples or {}), First()
        )
    if _is_strategy(arguments):
        from hypothesis import find

        return one_call(function, find(arguments, lambda _: True), multiples)
    if isinstance(arguments, Mapping):
        return arguments
    if isinstance(arguments, Sequence) and not isinstance(arguments, str):
        return dict(signature_of(function).bind(*arguments).arguments)
    raise TypeError(
        "layout_sweep: give the arguments of one call, by name, in a tuple, or as a strategy that "
        f"draws them, not {arguments!r}."
    )


def signature_of(function: Any) -> inspect.Signature:
    """Return the parameters of a call; of a module, those of its `forward`."""
    if isinstance(function, torch.nn.Module):
        return inspect.signature(function.forward)
    return inspect.signature(function)


def _is_strategy(value: object) -> bool:
    # Whoever holds a strategy has loaded hypothesis.
    hypothesis = sys.modules.get("hypothesis.strategies")
    return hypothesis is not None and isinstance(value, hypothesis.SearchStrategy)
