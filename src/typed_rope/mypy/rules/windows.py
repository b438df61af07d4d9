"""Operations that look at neighbours: convolutions, pools, and changes of resolution.

conv2d("b c h w", weight "f c 3 3", padding=1)    "b f h w"
max_pool2d("b c h w", 2)                          "b c ? ?"   whether h is even nobody knows
pixel_shuffle("b 4*c h w", 2)                     "b c 2*h 2*w"
"""

from collections.abc import Sequence
from math import floor

from typed_rope.mypy.equality import Facts, compare
from typed_rope.mypy.rules.dims import axis_at, ranked, shape
from typed_rope.mypy.rules.rule import Known, Refused, Rule, Shaped, Unsure, rule
from typed_rope.mypy.values import (
    ANY_DIM,
    NONE,
    Axis,
    Constant,
    Dims,
    Items,
    Rest,
    Tensor,
    Value,
    Whole,
    number,
    whole,
)
from typed_rope.shapes import Size

_ONE, _ZERO = whole(1), whole(0)


def per_axis(value: "Value | Rest", count: int) -> list[Value]:
    """Give each of the last axes its number: they have one each, or all the same.

    Raises: Unsure if they cannot be told apart.
    """
    if not isinstance(value, Items):
        return [value] * count  # type: ignore[list-item] # no Rest
    values = [one for one in value.values if not isinstance(one, Rest)]
    if len(values) == 1:
        return values * count
    if len(values) != count or len(value.values) != count:
        raise Unsure
    return values


def slid(axis: Axis, kernel: Value, stride: Value, padding: Value, dilation: Value) -> Axis:
    """Tell how many places a window has along an axis."""
    if axis.size is None or axis.broadcast or not isinstance(kernel, Whole) or kernel.size is None:
        return ANY_DIM
    step, spread = number(stride), number(dilation)
    if padding == Constant("same"):
        return axis
    added = _ZERO if padding == Constant("valid") else padding
    if step is None or spread is None or not isinstance(added, Whole) or added.size is None:
        return ANY_DIM
    if added.size // 1 is None:
        # Half of a kernel's size is rounded down, and nobody knows whether it is odd.
        return ANY_DIM
    last = axis.size + added.size * 2 - (kernel.size - 1) * spread - 1
    steps = _floored(last, step)
    return _changed(axis, None if steps is None else steps + 1)


def _floored(size: Size, divisor: int) -> Size | None:
    """Divide and round down, where that is one formula for all sizes."""
    if divisor == 1:
        return size
    constant = sum(c for monomial, c in size.terms if not monomial)
    quotient = (size - Size.of(constant)) // divisor
    return None if quotient is None else quotient + floor(constant / divisor)


def _changed(axis: Axis, size: Size | None) -> Axis:
    return axis if size is not None and size == axis.size else Axis(size)


def convolved(
    x: Dims,
    kernel: Sequence[Value],
    options: tuple[Value, Value, Value],
    features: Axis,
) -> Dims:
    """Tell the axes after a convolution; options are stride, padding and dilation."""
    spatial, count = ranked(x), len(kernel)
    if len(spatial) not in (count + 1, count + 2):
        raise Refused(f"{shape(x)} has no batch, channels and {count} axes more")
    choices = zip(*(per_axis(option, count) for option in options), strict=True)
    axes = zip(spatial[-count:], kernel, choices, strict=True)
    moved = tuple(slid(axis, size, *choice) for axis, size, choice in axes)
    return (*x[: -count - 1], features, *moved)


def hold_channels(x: Dims, count: int, channels: Size | None, facts: Facts) -> None:
    """Hold that the axis before the last ones has the channels of a weight.

    Raises: Refused if it cannot have them.
    """
    axis = axis_at(x, -count - 1)[1]
    if not axis.broadcast and compare(axis.size, channels, facts) == "never":
        raise Refused(f"the weights are for {channels} channels, and {shape(x)} has {axis}")


def _convolution(name: str, count: int) -> Rule:
    @rule(name)
    def convolution(
        known: Known,
        input: Shaped,
        weight: Shaped,
        bias: Value = NONE,
        stride: Value = _ONE,
        padding: Value = _ZERO,
        dilation: Value = _ONE,
        groups: Value = _ONE,
    ) -> Tensor:
        filters = ranked(weight.dims)
        if len(filters) != count + 2:
            raise Refused(f"the weight {shape(filters)} has not {count + 2} axes")
        shares = groups.size if isinstance(groups, Whole) else None
        each = filters[1].size
        channels = None if shares is None or each is None else each * shares
        kernel = [Whole(axis.size) for axis in filters[2:]]
        dims = convolved(input.dims, kernel, (stride, padding, dilation), filters[0])
        hold_channels(input.dims, count, channels, known.facts)
        return Tensor(dims, input.tensor.dtypes)

    return convolution


conv1d, conv2d, conv3d = (_convolution(f"conv{count}d", count) for count in (1, 2, 3))


def pooled(
    x: Dims, count: int, kernel: Value, options: tuple[Value, Value, Value], ceil: Value
) -> Dims:
    """Tell the axes after a pool; options are stride, padding and dilation."""
    stride, padding, dilation = options
    step = kernel if stride in (NONE, Items(())) else stride
    channels = axis_at(x, -count - 1)[1]
    dims = convolved(x, per_axis(kernel, count), (step, padding, dilation), channels)
    if ceil in (NONE, Constant(False)):
        return dims
    return (*dims[:-count], *[ANY_DIM] * count)


def _pool(count: int) -> tuple[Rule, Rule, Rule]:
    @rule(f"max_pool{count}d")
    def max_pool(
        input: Shaped,
        kernel_size: Value,
        stride: Value = NONE,
        padding: Value = _ZERO,
        dilation: Value = _ONE,
        ceil_mode: Value = NONE,
        return_indices: bool = False,
    ) -> Tensor:
        if return_indices:
            raise Unsure
        dims = pooled(input.dims, count, kernel_size, (stride, padding, dilation), ceil_mode)
        return Tensor(dims, input.tensor.dtypes)

    @rule(f"avg_pool{count}d")
    def avg_pool(
        input: Shaped,
        kernel_size: Value,
        stride: Value = NONE,
        padding: Value = _ZERO,
        ceil_mode: Value = NONE,
        **options: Value,
    ) -> Tensor:
        dims = pooled(input.dims, count, kernel_size, (stride, padding, _ONE), ceil_mode)
        return Tensor(dims, input.tensor.dtypes)

    @rule(f"adaptive_avg_pool{count}d", f"adaptive_max_pool{count}d")
    def adaptive_pool(input: Shaped, output_size: Value) -> Tensor:
        return Tensor(adapted(input.dims, output_size, count), input.tensor.dtypes)

    return max_pool, avg_pool, adaptive_pool


def adapted(x: Dims, sizes: Value, count: int) -> Dims:
    """Tell the axes after a pool that is told the sizes of its result; None keeps one."""
    spatial = ranked(x)
    if len(spatial) not in (count + 1, count + 2):
        raise Refused(f"{shape(x)} has no batch, channels and {count} axes more")
    pairs = zip(spatial[-count:], per_axis(sizes, count), strict=True)
    return (*x[:-count], *(axis if size == NONE else sized(size) for axis, size in pairs))


def sized(value: Value) -> Axis:
    """Make an axis of a number."""
    return Axis(value.size, value.label) if isinstance(value, Whole) else ANY_DIM


max_pool1d, avg_pool1d, adaptive_pool1d = _pool(1)
max_pool2d, avg_pool2d, adaptive_pool2d = _pool(2)
max_pool3d, avg_pool3d, adaptive_pool3d = _pool(3)


@rule("interpolate", "upsample")
def interpolate(
    input: Shaped, size: Value = NONE, scale_factor: Value = NONE, *rest: Value, **options: Value
) -> Tensor:
    """Change the resolution of all axes after batch and channels."""
    return Tensor(resized(ranked(input.dims), size, scale_factor), input.tensor.dtypes)


def resized(x: tuple[Axis, ...], size: Value, factor: Value) -> Dims:
    """Tell the axes at another resolution."""
    count = len(x) - 2
    if count < 1:
        raise Refused(f"{shape(x)} has no axes after batch and channels")
    if size != NONE:
        return (*x[:2], *map(sized, per_axis(size, count)))
    factors = (number(one) for one in per_axis(factor, count))
    return (*x[:2], *(_times(axis, one) for axis, one in zip(x[2:], factors, strict=True)))


def _times(axis: Axis, factor: int | None) -> Axis:
    if factor is None or axis.size is None or axis.broadcast:
        return ANY_DIM
    return _changed(axis, axis.size * factor)


@rule("pixel_shuffle")
def pixel_shuffle(input: Shaped, upscale_factor: int) -> Tensor:
    """Spread channels over height and width."""
    return Tensor(_spread(input.dims, Size.of(upscale_factor)), input.tensor.dtypes)


@rule("pixel_unshuffle")
def pixel_unshuffle(input: Shaped, downscale_factor: int) -> Tensor:
    """Gather height and width into channels."""
    factor = 1 / Size.of(downscale_factor)
    if factor is None:
        raise Unsure
    return Tensor(_spread(input.dims, factor), input.tensor.dtypes)


def _spread(dims: Dims, factor: Size) -> Dims:
    channels, height, width = (axis_at(dims, dim)[1] for dim in (-3, -2, -1))
    rates = ((channels, 1 / (factor * factor)), (height, factor), (width, factor))
    return (*dims[:-3], *(_rescaled(axis, rate, dims) for axis, rate in rates))


def _rescaled(axis: Axis, rate: Size | None, dims: Dims) -> Axis:
    if axis.size is None or axis.broadcast or rate is None:
        return ANY_DIM
    size = axis.size * rate
    constant = size.constant()
    if constant is not None and constant.denominator != 1:
        raise Refused(f"{axis} of {shape(dims)} cannot be divided that way")
    return _changed(axis, size)
