"""The arguments of one call, with the sizes that were chosen for them."""

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor

from typed_rope.testing.target import Target


class Arguments(dict[str, Any]):
    """Parameter -> value: `function(**drawn)`, or `drawn.call()` for every kind of parameter.

    `*args` stands under its name as a tuple, `**kwargs` as a dictionary. `sizes` holds the size of
    every axis by its name, `multiples` which of them the caller said divide one another.
    """

    sizes: Mapping[str, int]
    multiples: Mapping[str, str | int]

    def __init__(
        self,
        values: Mapping[str, Any],
        *,
        target: Target,
        sizes: Mapping[str, int],
        multiples: Mapping[str, str | int],
    ) -> None:
        """Hold the values of one call of `target`."""
        super().__init__(values)
        self._target = target
        self.sizes = dict(sizes)
        self.multiples = dict(multiples)

    @property
    def args(self) -> tuple[Any, ...]:
        """What goes by position."""
        return self._bound().args

    @property
    def kwargs(self) -> dict[str, Any]:
        """What goes by keyword."""
        return self._bound().kwargs

    def call(self, function: Callable[..., Any] | None = None) -> Any:
        """Call the function that they were drawn for, or another one with its parameters."""
        bound = self._bound()
        return (self._target.call if function is None else function)(*bound.args, **bound.kwargs)

    def _bound(self) -> inspect.BoundArguments:
        given = inspect.BoundArguments(self._target.signature, dict(self))
        ordered: dict[str, Any] = {}
        for name, parameter in self._target.signature.parameters.items():
            by_position = parameter.kind in (
                parameter.POSITIONAL_ONLY,
                parameter.POSITIONAL_OR_KEYWORD,
            )
            if name in self:
                ordered[name] = self[name]
            elif by_position and parameter.default is not parameter.empty:
                # A gap would end what goes by position.
                ordered[name] = parameter.default
        given.arguments = ordered
        return given

    def __repr__(self) -> str:
        """Show shapes in place of values."""
        return f"Arguments({', '.join(f'{name}={shown(value)}' for name, value in self.items())})"


def shown(value: object) -> str:
    """Write a value in short: a tensor by dtype and shape."""
    if isinstance(value, Tensor):
        zeros = (
            ", zeros" if value.numel() > 1 and not value.is_meta and not bool(value.any()) else ""
        )
        return f"<{str(value.dtype).removeprefix('torch.')} {tuple(value.shape)}{zeros}>"
    if type(value) in (list, tuple):
        items = ", ".join(map(shown, value))  # type: ignore[call-overload]  # the class was compared
        return f"[{items}]" if isinstance(value, list) else f"({items},)"
    if type(value) is dict:
        return "{" + ", ".join(f"{key!r}: {shown(item)}" for key, item in value.items()) + "}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        members = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        if any(isinstance(member, Tensor) for member in members.values()):
            inner = ", ".join(f"{name}={shown(member)}" for name, member in members.items())
            return f"{type(value).__name__}({inner})"
    return repr(value)


__all__ = ["Arguments", "shown"]
