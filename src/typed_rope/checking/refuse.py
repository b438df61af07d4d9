"""What happens when a guard says no: the judge decides, and a refusal is explained."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from typed_rope.checking.boundary import Boundary
from typed_rope.checking.errors import ShapeError
from typed_rope.checking.explaining.explain import refusal
from typed_rope.checking.judge import fits
from typed_rope.checking.leaves import Leaf, call_leaves, given_values, result_leaves
from typed_rope.checking.proxies import is_recorded


def refuse(
    boundary: Boundary, arguments: Mapping[str, object], *result: object
) -> ShapeError | None:
    """Return the error to raise, or None where the judge accepts the call (or the result)."""
    if "torch._dynamo" in sys.modules:
        # After a graph break Dynamo would compile the frames of the judge, one by one.
        disable: Any = torch.compiler.disable
        error: ShapeError | None = disable(_refuse)(boundary, arguments, *result)
        return error
    return _refuse(boundary, arguments, *result)


def _refuse(
    boundary: Boundary, arguments: Mapping[str, object], *result: object
) -> ShapeError | None:
    if is_recorded(boundary, arguments, *result):
        return None
    given = given_values(boundary, arguments)

    def accepts(leaves: Sequence[Leaf]) -> bool:
        return fits(leaves, arguments)

    leaves = call_leaves(boundary, arguments, given, accepts)
    for value in result:
        leaves += result_leaves(boundary, value, given, leaves, accepts)
    if fits(leaves, arguments):
        return None
    return refusal(boundary, arguments, given, *result)
