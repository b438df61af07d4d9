"""What is to be called, read as one boundary: a function, method, module, class or partial."""

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FunctionType, MethodType
from typing import Any

from torch import nn

from typed_rope.checking.boundary import Boundary, Parameter, function_boundary
from typed_rope.checking.forms import AnyForm, RecordForm
from typed_rope.checking.reading import form_of


@dataclass(frozen=True)
class Target:
    """A callable, its annotations, and the arguments that are settled already, such as self."""

    call: Callable[..., Any]
    boundary: Boundary
    signature: inspect.Signature
    settled: Mapping[str, object] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.boundary.function

    @property
    def module(self) -> nn.Module | None:
        """The module that it is a method of."""
        owner = self.settled.get("self")
        return owner if isinstance(owner, nn.Module) else None


def read_target(function: Any) -> Target:
    """Read a callable.

    Raises: TypeError for what has no annotations of its own to read.
    """
    if isinstance(function, functools.partial):
        inner = read_target(function.func)
        bound = inner.signature.bind_partial(*function.args, **(function.keywords or {}))
        return _settled(inner, function, bound.arguments)
    if isinstance(function, staticmethod | classmethod):
        function = function.__func__
    if isinstance(function, type):
        return _read_class(function)
    if isinstance(function, nn.Module):
        inner = read_target(function.forward)
        return Target(function, inner.boundary, inner.signature, inner.settled)
    if isinstance(function, MethodType):
        return _settled(
            read_target(function.__func__), function, {_first(function): function.__self__}
        )
    if not isinstance(function, FunctionType):
        called = vars(type(function)).get("__call__")
        if isinstance(called, FunctionType):
            return read_target(MethodType(called, function))
        raise TypeError(f"{function!r} is no function with annotations that could be read.")
    boundary = getattr(function, "__boundary__", None) or function_boundary(function, None)
    signature = boundary.signature or inspect.signature(function)
    return Target(function, boundary, signature)


def _first(method: MethodType) -> str:
    return next(iter(inspect.signature(method.__func__).parameters))


def _settled(inner: Target, call: Callable[..., Any], settled: Mapping[str, object]) -> Target:
    left = [p for p in inner.signature.parameters.values() if p.name not in settled]
    # What follows a parameter that a partial has settled by name can be given by name only.
    signature = inner.signature.replace(parameters=_in_order(left))
    return Target(call, inner.boundary, signature, {**inner.settled, **settled})


def _in_order(parameters: list[inspect.Parameter]) -> list[inspect.Parameter]:
    return sorted(parameters, key=lambda p: p.kind)


def _read_class(cls: type) -> Target:
    form = form_of(cls, None)
    if isinstance(form, RecordForm):
        signature = inspect.signature(cls)
        fields = dict(form.fields)
        named = getattr(cls, "__annotations__", {})
        parameters = tuple(
            Parameter(name, fields.get(name) or form_of(named.get(name, Any), None))
            for name in signature.parameters
        )
        annotated = tuple(p for p in parameters if not isinstance(p.form, AnyForm))
        boundary = Boundary(
            cls.__qualname__, tuple(signature.parameters), annotated, None, signature
        )
        return Target(cls, boundary, signature)
    made: Any = vars(cls).get("__init__") or getattr(cls, "__init__")  # noqa: B009 # of the class
    inner = read_target(made)
    first = next(iter(inner.signature.parameters))
    return _settled(inner, cls, {first: None})


__all__ = ["Target", "read_target"]
