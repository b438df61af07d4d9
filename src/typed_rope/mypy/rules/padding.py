"""Padding: the last axes grow at both ends.

"b t c"   pad (0, 0, 1, 0)      -> "b t+1 c"     from the last axis on, before and behind
"""

from typed_rope.mypy.rules.dims import axis_at, replaced, shape, sized
from typed_rope.mypy.rules.rule import Refused, Shaped, Sizes, rule
from typed_rope.mypy.values import ANY_DIM, NONE, Axis, Rest, Tensor, Value, Whole
from typed_rope.shapes import Size


@rule("pad", "constant_pad_nd")
def pad(input: Shaped, pad: Sizes, mode: Value = NONE, value: Value = NONE) -> Tensor:
    """Add entries before and behind those of the last axes."""
    if len(pad.values) % 2:
        raise Refused("every axis needs two numbers, one for its start and one for its end")
    dims = input.dims
    pairs = zip(pad.values[::2], pad.values[1::2], strict=True)
    for place, (before, behind) in enumerate(pairs, 1):
        if place > len(dims):
            raise Refused(f"{len(pad.values) // 2} pairs of numbers for the axes of {shape(dims)}")
        at, axis = axis_at(dims, -place)
        dims = replaced(dims, at, _padded(axis, before, behind))
    return input.tensor.shaped(dims)


def _padded(axis: Axis, before: "Value | Rest", behind: "Value | Rest") -> Axis:
    sizes = [one.size if isinstance(one, Whole) else None for one in (before, behind)]
    if sizes == [Size.of(0)] * 2:
        return axis
    if axis.size is None or axis.broadcast or sizes[0] is None or sizes[1] is None:
        return ANY_DIM
    return sized(axis.size + sizes[0] + sizes[1])
