"""The one exception of a refused call."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Self

from jaxtyping import TypeCheckError

_NOTHING: Mapping[str, str] = MappingProxyType({})


class ShapeError(TypeCheckError):
    """A call, a result or an instance does not fit its annotations.

    Its text explains, its attributes hold the parts for programs; nobody needs to parse the text.
    """

    # Class attributes and no __init__: torch.compile keeps the text of an exception only while
    # Python code of ours has no part in building it.
    function: str = ""
    """Name of the checked function."""
    argument: str | None = None
    """The argument that is blamed, the first of several; "return" for the result."""
    declared: Mapping[str, str] = _NOTHING
    """Argument -> annotation."""
    actual: Mapping[str, str] = _NOTHING
    """Argument -> dtype and shape, or type."""
    bindings: Mapping[str, int] = MappingProxyType({})
    """Axis -> size, as the other arguments bind it."""
    fix: Mapping[str, str] = _NOTHING
    """Argument -> Python expression over the argument names that repairs the call."""

    @classmethod
    def from_body(cls, function: str, argument: str, reason: str, **bindings: int) -> Self:
        """Return the error for what no annotation can say, and a function's own code refuses."""
        error = cls(f"{function}: {reason}")
        error.function, error.argument, error.bindings = function, argument, bindings
        return error
