"""What the values of a tensor mean, where two of one shape must not be exchanged.

Attention's weights sum to 1 over the keys, and the product with the values sums over the keys:

    (q @ k.mT).softmax(-1) @ v    right: normalised over s, summed over s
    (q @ k.mT).softmax(-2) @ v    every shape fits, and every query's weights sum to anything

A softmax over the last axis but one, of a tensor of three axes or more, is remembered, and a
product that has it on the left is refused. Divided once more, transposed or compared, it is
forgotten: then it is another method, such as slots or linear attention.
"""

from typed_rope.mypy.rules.dims import axis_at, place, shape
from typed_rope.mypy.rules.rule import Refused, Shaped, Unsure
from typed_rope.mypy.values import Tensor, Value, number

_OVER_LAST_BUT_ONE = "softmax over the last axis but one"
_FEWEST_AXES = 3


def role_of_softmax(x: Tensor, dim: Value | None) -> str | None:
    """Tell the role of a softmax's result; None where it may be anything."""
    chosen = number(dim)
    if x.dims is None or chosen is None or len(x.dims) < _FEWEST_AXES:
        return None
    try:
        at = place(x.dims, chosen)
    except Unsure:
        return None
    return _OVER_LAST_BUT_ONE if at == len(x.dims) - 2 else None


def hold_role(weights: Shaped) -> None:
    """Hold that weights are summed over the axis that they were normalised over.

    Raises: Refused if they are a softmax over the axis that stays.
    """
    if weights.tensor.role == _OVER_LAST_BUT_ONE:
        stays, summed = (axis_at(weights.dims, at)[1] for at in (-2, -1))
        raise Refused(
            f"the softmax of {shape(weights.dims)} was over {stays}, and the product sums over "
            f"{summed}",
            code="layout",
        )
