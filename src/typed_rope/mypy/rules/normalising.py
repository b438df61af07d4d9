"""Norms of layers: the axes that are normalised must be those that the weights are for.

layer_norm("b t c", (c,), weight "c", bias "c")    "b t c"
group_norm("b c h w", 8)                           "b c h w"
"""

from collections.abc import Sequence

from typed_rope.mypy.equality import Facts, compare, compare_axes
from typed_rope.mypy.rules.dims import axis_at, shape
from typed_rope.mypy.rules.rule import Known, Refused, Shaped, Sizes, rule
from typed_rope.mypy.rules.unary import some_tensor
from typed_rope.mypy.values import NONE, Axis, Dims, Rest, Tensor, Value, Whole, number


@rule("layer_norm", "rms_norm")
def layer_norm(
    known: Known,
    input: Shaped,
    normalized_shape: Sizes,
    weight: Value = NONE,
    bias: Value = NONE,
    eps: Value = NONE,
) -> Tensor:
    """Normalise the last axes."""
    hold_last(input.dims, normalized_shape.values, known.facts)
    for parameter in (weight, bias):
        if isinstance(parameter, Tensor) and parameter.dims is not None:
            _hold_parameter(input.dims, parameter.dims, known.facts)
    return Tensor(input.dims, input.tensor.dtypes)


def hold_last(dims: Dims, sizes: Sequence[Value | Rest], facts: Facts) -> None:
    """Hold that the last axes have these sizes.

    Raises: Refused if they cannot have them.
    """
    for dim, size in zip(range(-1, -len(sizes) - 1, -1), reversed(sizes), strict=True):
        axis = axis_at(dims, dim)[1]
        if isinstance(size, Rest) or not isinstance(size, Whole):
            return
        if not axis.broadcast and compare(axis.size, size.size, facts) == "never":
            raise Refused(f"the norm is over {size.size}, and {shape(dims)} has {axis} there")


def _hold_parameter(dims: Dims, parameter: Dims, facts: Facts) -> None:
    for one, other in zip(reversed(dims), reversed(parameter), strict=False):
        if not isinstance(one, Axis) or not isinstance(other, Axis):
            return
        if compare_axes(one, other, facts) == "never":
            raise Refused(f"the weights {shape(parameter)} are not for {one} of {shape(dims)}")


@rule("group_norm")
def group_norm(
    known: Known,
    input: Shaped,
    num_groups: Value,
    weight: Value = NONE,
    *rest: Value,
    **options: Value,
) -> Tensor:
    """Normalise groups of channels."""
    channels = axis_at(input.dims, 1)[1]
    _hold_channels(input.dims, channels, (weight,), known.facts)
    hold_groups(channels, number(num_groups))
    return Tensor(input.dims, input.tensor.dtypes)


def hold_groups(channels: Axis, groups: int | None) -> None:
    """Hold that channels can be grouped.

    Raises: Refused if their number is known, and no multiple.
    """
    count = None if channels.size is None else channels.size.constant()
    if count is not None and groups and count % groups:
        raise Refused(f"{count} channels are no multiple of {groups} groups")


@rule("batch_norm")
def batch_norm(
    known: Known,
    input: Shaped,
    running_mean: Value,
    running_var: Value,
    weight: Value = NONE,
    bias: Value = NONE,
    **options: Value,
) -> Tensor:
    """Normalise channels over the batch."""
    parameters = (running_mean, running_var, weight, bias)
    _hold_channels(input.dims, axis_at(input.dims, 1)[1], parameters, known.facts)
    return Tensor(input.dims, input.tensor.dtypes)


def _hold_channels(dims: Dims, channels: Axis, parameters: Sequence[Value], facts: Facts) -> None:
    for parameter in parameters:
        known = isinstance(parameter, Tensor) and parameter.dims and len(parameter.dims) == 1
        if known and isinstance(parameter, Tensor) and parameter.dims:
            one = parameter.dims[0]
            if isinstance(one, Axis) and compare_axes(one, channels, facts) == "never":
                raise Refused(f"there are parameters for {one}, and {shape(dims)} has {channels}")


@rule("instance_norm", "local_response_norm")
def instance_norm(input: Value, *rest: Value, **options: Value) -> Tensor:
    """Normalise each channel by itself."""
    x = some_tensor(input)
    return Tensor(x.dims, x.dtypes)
