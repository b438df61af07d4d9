"""Which arguments a call was written with, as far as that can be told from their values."""

from collections.abc import Iterator, Mapping
from inspect import Parameter

from typed_rope.checking.boundary import Boundary

VARIABLE = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)


def written_parameters(boundary: Boundary) -> Iterator[Parameter]:
    """Yield the parameters that a caller can write: not the one that Python passes by itself."""
    if boundary.signature is None:
        return
    method = "." in boundary.function
    for name, parameter in boundary.signature.parameters.items():
        if not (method and name in ("self", "cls")):
            yield parameter


def passed_parameters(boundary: Boundary, arguments: Mapping[str, object]) -> Iterator[Parameter]:
    """Yield those of them whose arguments are not the defaults."""
    for parameter in written_parameters(boundary):
        if not is_default(arguments.get(parameter.name), parameter):
            yield parameter


def is_default(value: object, parameter: Parameter) -> bool:
    """Tell whether a value may just as well have been left out."""
    if parameter.kind in VARIABLE:
        return not value
    plain = isinstance(value, int | float | str)
    return value is parameter.default or (
        plain and type(value) is type(parameter.default) and value == parameter.default
    )
