"""Writing a value with other symbols: what a constructor calls `dim` is `self.dim` elsewhere."""

from collections.abc import Callable
from dataclasses import replace

from typed_rope.mypy.flow.state import State
from typed_rope.mypy.flow.symbols import symbols_in
from typed_rope.mypy.values import (
    Axis,
    Either,
    Items,
    Made,
    Many,
    Repeated,
    Rest,
    Tensor,
    Value,
    Whole,
)
from typed_rope.shapes import Size

Renaming = Callable[[str], str]


def renamed(value: Value, name: Renaming) -> Value:
    """Rename the symbols of every size in a value."""
    match value:
        case Tensor(dims=dims) if dims is not None:
            return replace(value, dims=tuple(_dim(dim, name) for dim in dims))
        case Whole(size=size):
            return Whole(renamed_size(size, name), value.label)
        case Items(values=values):
            return Items(tuple(v if isinstance(v, Rest) else renamed(v, name) for v in values))
        case Repeated(value=inner):
            return Repeated(renamed(inner, name))
        case Either(values=options):
            return Either(tuple(renamed(option, name) for option in options))
        case Made(arguments=arguments):
            given = tuple((key, renamed(argument, name)) for key, argument in arguments)
            return replace(value, arguments=given)
    return value


def forget_object(state: State, path: str) -> None:
    """Forget what belonged to the object at a place: there is another one now."""
    state.forget_paths(path)
    beginning = f"{{{path}."
    if any(s.startswith(beginning) for value in state.values.values() for s in symbols_in(value)):
        state.values = {
            key: renamed(value, lambda s: f"?{s}" if s.startswith(beginning) else s)
            for key, value in state.values.items()
        }
    state.facts = {s: size for s, size in state.facts.items() if not s.startswith(beginning)}


def renamed_size(size: Size | None, name: Renaming) -> Size | None:
    """Rename the symbols of a size."""
    if size is None:
        return None
    return size.substitute({symbol: Size.symbol(name(symbol)) for symbol in size.symbols()})


def _dim(dim: Axis | Many, name: Renaming) -> Axis | Many:
    if isinstance(dim, Many):
        return dim
    return replace(dim, size=renamed_size(dim.size, name))
