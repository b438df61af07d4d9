"""Say why a call was refused."""

from collections.abc import Mapping

from typed_rope.checking.boundary import Boundary
from typed_rope.checking.errors import ShapeError


def refusal(
    boundary: Boundary,
    arguments: Mapping[str, object],
    given: Mapping[str, object],
    *result: object,
) -> ShapeError:
    """Return the error."""
    return ShapeError(f"{boundary.function}: refused")
