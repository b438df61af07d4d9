"""Make a drawn call for real: tensors of the sizes of a world, and torch's function of the name."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch

from drawn import Case, Trial, World
from typed_rope.mypy.values import (
    Axis,
    Constant,
    Cut,
    Dims,
    DtypeName,
    Items,
    Many,
    Rest,
    Tensor,
    Value,
    Whole,
)
from typed_rope.shapes import Size

REFUSALS = (
    RuntimeError, IndexError, ValueError, TypeError, NotImplementedError, AssertionError,
)  # fmt: skip
USUAL = (
    "float32",
    "bfloat16",
    "float64",
    "float16",
    "int64",
    "int32",
    "uint8",
    "bool",
    "complex64",
)


class Impossible(Exception):
    """A size of the case is no whole number in this world."""


def size_of(axis: Axis, world: World) -> int:
    """Tell an axis' size in a world; one of which nothing is known has some size.

    Raises: Impossible if it is not a whole number there.
    """
    size = 31 if axis.size is None else axis.size.evaluate(world.sizes)
    if size is None or size < 0:
        raise Impossible
    return 1 if axis.broadcast and world.pick % 2 else size


def shape_of(dims: Dims, world: World) -> tuple[int, ...]:
    """Tell a shape in a world."""
    sizes: list[int] = []
    for one in dims:
        sizes.extend(world.many if isinstance(one, Many) else [size_of(one, world)])
    return tuple(sizes)


def real(value: "Value | Rest", world: World, device: str = "meta") -> Any:
    """Make the value that torch is called with."""
    match value:
        case Tensor(dims=dims) if dims is not None:
            shape = shape_of(dims, world)
            return torch.zeros(shape, dtype=_dtype(value.dtypes, world), device=device)
        case Whole(size=size) if size is not None:
            return _number(size, world)
        case Items(values=values):
            return [one for each in values for one in _spread(each, world, device)]
        case Constant(value=constant):
            return constant
        case DtypeName(dtypes=dtypes):
            return _dtype(dtypes, world)
        case Cut(start=start, stop=stop, step=step):
            ends = (start, stop, step)
            return slice(*(None if end is None else real(end, world, device) for end in ends))
    raise Impossible


def _number(size: Size, world: World) -> int:
    """Tell a number in a world; unlike a size it may be negative.

    Raises: Impossible if it is not whole.
    """
    number = size.evaluate(world.sizes)
    if number is None:
        raise Impossible
    return number


def _spread(value: "Value | Rest", world: World, device: str) -> list[Any]:
    return list(world.many) if isinstance(value, Rest) else [real(value, world, device)]


def _dtype(dtypes: frozenset[str] | None, world: World) -> torch.dtype:
    names = [name for name in USUAL if dtypes is None or name in dtypes] or sorted(dtypes or ())
    if dtypes is None:
        names = names[:2]
    dtype: torch.dtype = getattr(torch, names[world.pick % len(names)])
    return dtype


def forms(name: str, trial: Trial) -> list[Callable[..., Any]]:
    """List what torch offers under a name: a method or attribute, functions."""
    if trial.form is not None:
        return [trial.form]
    found: list[Callable[..., Any]] = []
    if hasattr(torch.Tensor, name):
        found.append(lambda first, *rest, **named: _method(first, name, rest, named))
    functions = (getattr(torch, name, None), getattr(torch.nn.functional, name, None))
    return [*found, *(one for one in functions if one is not None)]


def _method(first: Any, name: str, rest: Sequence[Any], named: dict[str, Any]) -> Any:
    member = getattr(first, name)
    return member(*rest, **named) if callable(member) else member


def called(form: Callable[..., Any], case: Case, world: World, device: str = "meta") -> Any:
    """Make the call for real; None where torch refuses it."""
    positional = [real(value, world, device) for value in case.positional]
    named = {name: real(value, world, device) for name, value in case.named.items()}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return form(*positional, **named)
    except REFUSALS:
        return None
