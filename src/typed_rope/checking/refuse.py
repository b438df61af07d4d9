"""What happens when a guard says no: the judge decides, and a refusal is explained."""

from collections.abc import Mapping

from typed_rope.checking.boundary import Boundary
from typed_rope.checking.errors import ShapeError
from typed_rope.checking.explain import refusal
from typed_rope.checking.judge import fits
from typed_rope.checking.leaves import call_leaves, given_values, result_leaves


def refuse(
    boundary: Boundary, arguments: Mapping[str, object], *result: object
) -> ShapeError | None:
    """Return the error to raise, or None where the judge accepts the call (or the result)."""
    given = given_values(boundary, arguments)
    leaves = call_leaves(boundary, arguments, given)
    for value in result:
        leaves += result_leaves(boundary, value, given)
    if fits(leaves, arguments):
        return None
    return refusal(boundary, arguments, given, *result)
