"""Which symbols the sizes of a value are written with."""

from collections.abc import Iterator

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


def symbols_in(value: Value | Rest) -> Iterator[str]:
    """Find the symbols of every size in a value, and the names of its variadic axes."""
    match value:
        case Tensor(dims=dims):
            for dim in dims or ():
                if isinstance(dim, Axis) and dim.size is not None:
                    yield from dim.size.symbols()
                elif isinstance(dim, Many) and dim.name:
                    yield dim.name
        case Whole(size=size):
            yield from size.symbols() if size is not None else ()
        case Items(values=values):
            for part in values:
                yield from symbols_in(part)
        case Either(values=options):
            for option in options:
                yield from symbols_in(option)
        case Repeated(value=inner):
            yield from symbols_in(inner)
        case Made(arguments=arguments):
            for _, argument in arguments:
                yield from symbols_in(argument)
