"""What a call gives: the declared result, in the symbols of the caller."""

from dataclasses import replace

from typed_rope.mypy.binding import Bindings
from typed_rope.mypy.equality import single
from typed_rope.mypy.values import (
    Axis,
    Dims,
    Either,
    Items,
    Many,
    Repeated,
    Rest,
    Tensor,
    Value,
    Whole,
    axis_of,
)
from typed_rope.shapes import Size


def instantiate(value: Value, bindings: Bindings, place: str) -> Value:
    """Write a declared result in the caller's symbols; what nothing bound is new."""
    match value:
        case Tensor(dims=dims) if dims is not None:
            new: list[Axis | Many] = []
            for dim in dims:
                new += _instantiated(dim, bindings, place)
            return Tensor(tuple(new), value.dtypes, value.role)
        case Items(values=values):
            parts = [v if isinstance(v, Rest) else instantiate(v, bindings, place) for v in values]
            return Items(tuple(parts))
        case Repeated(value=inner):
            return Repeated(instantiate(inner, bindings, place))
        case Either(values=values):
            return Either(tuple(instantiate(option, bindings, place) for option in values))
        case Whole(size=size):
            return Whole(bindings.size(size))
    return value


def _instantiated(dim: Axis | Many, bindings: Bindings, place: str) -> Dims:
    if isinstance(dim, Many):
        if dim.name in bindings.many:
            return bindings.many[dim.name]
        return (Many(f"?{dim.name}.{place}"),)
    symbol = single(dim.size)
    if symbol in bindings.axes and symbol is not None:
        bound = bindings.axes[symbol]
        return (replace(bound, label=bound.label or dim.label, broadcast=bound.broadcast),)
    if dim.size is None:
        return (dim,)
    known = {
        s: bindings.size(Size.symbol(s)) or Size.symbol(f"?{s[1:]}.{place}")
        for s in dim.size.symbols()
        if s.startswith("!")
    }
    return (Axis(dim.size.substitute(known), dim.label, dim.broadcast),)


def number_of(value: Value) -> Size | None:
    """Tell the size that a number has."""
    axis = axis_of(value)
    return axis.size if isinstance(axis, Axis) and isinstance(value, Whole) else None
