"""Operations that make a tensor of sizes, of numbers, or like another.

zeros(b, t)            "b t"       arange(t)               "t"
tensor([[1, 2]])       "1 2"       arange(0, d, 2)         "d/2"
zeros_like(x)          as x        one_hot(ids, v)         "b t v"
"""

from collections.abc import Sequence

from typed_rope.mypy.dtypes import BOOL, COMPLEX, Dtypes, promote
from typed_rope.mypy.rules.dims import sized
from typed_rope.mypy.rules.rule import Refused, Shaped, Sizes, Unsure, listed, rule
from typed_rope.mypy.rules.slicing import at_most
from typed_rope.mypy.values import (
    ANY_DIM,
    NONE,
    Axis,
    Constant,
    Dims,
    DtypeName,
    Items,
    Repeated,
    Rest,
    Tensor,
    Value,
    Whole,
    axis_of,
    number,
    whole,
)
from typed_rope.shapes import Size

DEFAULT: Dtypes = frozenset({"float16", "bfloat16", "float32", "float64"})
"""What a float of Python's becomes: a program may set it."""
INT64: Dtypes = frozenset({"int64"})


@rule("zeros", "ones", "empty", "rand", "randn")
def filled(*size: Sizes, dtype: Value = NONE, **options: Value) -> Tensor:
    """Make a tensor of sizes."""
    return Tensor(_axes(size), _dtypes(dtype, DEFAULT))


def _axes(size: tuple[Sizes, ...]) -> Dims:
    """Make the axes that have some sizes.

    Raises: Unsure if none are given.
    """
    if not size:
        raise Unsure
    return tuple(map(axis_of, listed(size)))


def _dtypes(dtype: Value, default: Dtypes | None) -> Dtypes | None:
    if dtype == NONE:
        return default
    return dtype.dtypes if isinstance(dtype, DtypeName) else None


@rule("full")
def full(size: Sizes, fill_value: Value, *, dtype: Value = NONE, **options: Value) -> Tensor:
    """Make a tensor of sizes, filled with a number, whose dtype it has."""
    return Tensor(tuple(map(axis_of, size.values)), _dtypes(dtype, _of_number(fill_value)))


def _of_number(value: "Value | Rest") -> Dtypes | None:
    """Tell the dtype that torch gives a number of Python's."""
    if isinstance(value, Whole):
        return INT64
    kinds = {bool: BOOL, int: INT64, float: DEFAULT, complex: COMPLEX}
    return kinds.get(type(value.value)) if isinstance(value, Constant) else None


@rule("randint")
def randint(
    low: Value, high: Value, size: Value = NONE, *, dtype: Value = NONE, **options: Value
) -> Tensor:
    """Make a tensor of sizes, filled with whole numbers: `randint(low, high, size)`."""
    sizes = high if size == NONE else size
    if not isinstance(sizes, Items):
        raise Unsure
    return Tensor(tuple(map(axis_of, sizes.values)), _dtypes(dtype, INT64))


@rule("arange")
def arange(
    start: Value, end: Value = NONE, step: Value = NONE, *, dtype: Value = NONE, **options: Value
) -> Tensor:
    """Count from a number to another."""
    first, last = (whole(0), start) if end == NONE else (start, end)
    stride = whole(1) if step == NONE else step
    numbers = (first, last, stride)
    counted = [one for one in numbers if isinstance(one, Whole)]
    own = INT64 if len(counted) == 3 else promote(map(_of_number, numbers))
    axis = _counted(*counted) if len(counted) == 3 else ANY_DIM
    return Tensor((axis,), _dtypes(dtype, own))


def _counted(first: Whole, last: Whole, stride: Whole) -> Axis:
    """Tell how many numbers there are from one up to another; a step is taken to divide them."""
    step = number(stride)
    if first.size is None or last.size is None or not step:
        return ANY_DIM
    length = number(Whole(last.size - first.size))
    if length is not None:
        return Axis(Size.of(len(range(0, length, step))))
    starts_small = number(first) is not None
    if step == 1 and (starts_small or at_most(first.size, last.size)):
        whole_axis = first.size == Size.of(0)
        return Axis(last.size, last.label) if whole_axis else sized(last.size - first.size)
    return sized(last.size / step) if first.size == Size.of(0) and step > 0 else ANY_DIM


@rule("linspace", "logspace")
def linspace(
    start: Value, end: Value, steps: Value, *, dtype: Value = NONE, **options: Value
) -> Tensor:
    """Make evenly spaced numbers."""
    return Tensor((axis_of(steps),), _dtypes(dtype, DEFAULT))


@rule("eye")
def eye(n: Value, m: Value = NONE, *, dtype: Value = NONE, **options: Value) -> Tensor:
    """Make a matrix with a diagonal of ones."""
    rows = axis_of(n)
    return Tensor((rows, rows if m == NONE else axis_of(m)), _dtypes(dtype, DEFAULT))


@rule("randperm")
def randperm(n: Value, *, dtype: Value = NONE, **options: Value) -> Tensor:
    """Make a permutation of the numbers below `n`."""
    return Tensor((axis_of(n),), _dtypes(dtype, INT64))


@rule("tril_indices", "triu_indices")
def triangle(row: Value, col: Value, offset: Value = NONE, **options: Value) -> Tensor:
    """List the places of a triangle: a row of rows, and a row of columns."""
    return Tensor((Axis(Size.of(2)), ANY_DIM), _dtypes(options.get("dtype", NONE), INT64))


@rule("hann_window", "hamming_window", "blackman_window", "bartlett_window", "kaiser_window")
def window(window_length: Value, *args: Value, dtype: Value = NONE, **options: Value) -> Tensor:
    """Make a window function of a length."""
    return Tensor((axis_of(window_length),), _dtypes(dtype, DEFAULT))


@rule("zeros_like", "ones_like", "empty_like", "rand_like", "randn_like")
def like(input: Shaped, *, dtype: Value = NONE, **options: Value) -> Tensor:
    """Make a tensor with the axes and dtype of another."""
    return Tensor(input.dims, _dtypes(dtype, input.tensor.dtypes))


@rule("full_like", "randint_like")
def full_like(input: Shaped, *numbers: Value, dtype: Value = NONE, **options: Value) -> Tensor:
    """Make a tensor with the axes and dtype of another, of given numbers."""
    return Tensor(input.dims, _dtypes(dtype, input.tensor.dtypes))


@rule("new_zeros", "new_ones", "new_empty")
def new(input: Value, *size: Sizes, dtype: Value = NONE, **options: Value) -> Tensor:
    """Make a tensor of sizes with the dtype of another."""
    return Tensor(_axes(size), _dtypes(dtype, input.dtypes if isinstance(input, Tensor) else None))


@rule("new_full")
def new_full(
    input: Value, size: Sizes, fill_value: Value, *, dtype: Value = NONE, **options: Value
) -> Tensor:
    """Make a tensor of sizes with the dtype of another, filled with a number."""
    own = input.dtypes if isinstance(input, Tensor) else None
    return Tensor(tuple(map(axis_of, size.values)), _dtypes(dtype, own))


@rule("tensor", "as_tensor", "asarray")
def literal(data: Value, *, dtype: Value = NONE, **options: Value) -> Tensor:
    """Make a tensor of numbers, nested as they are written."""
    if isinstance(data, Tensor):
        return Tensor(data.dims, _dtypes(dtype, data.dtypes))
    dims, dtypes = _nested(data)
    return Tensor(dims, _dtypes(dtype, dtypes))


@rule("new_tensor")
def new_tensor(input: Value, data: Value, *, dtype: Value = NONE, **options: Value) -> Tensor:
    """Make a tensor of numbers with the dtype of another."""
    dims = data.dims if isinstance(data, Tensor) else _nested(data)[0]
    return Tensor(dims, _dtypes(dtype, input.dtypes if isinstance(input, Tensor) else None))


def _nested(data: "Value | Rest") -> tuple[tuple[Axis, ...], Dtypes | None]:
    """Tell the axes of nested numbers.

    Raises: Unsure if they are not all numbers; Refused if the rows differ in length.
    """
    if isinstance(data, Repeated):
        inner, dtypes = _nested(data.value)
        return (ANY_DIM, *inner), dtypes
    if isinstance(data, Items):
        return _rows(data.values)
    if isinstance(data, Whole) or (
        isinstance(data, Constant) and isinstance(data.value, bool | int | float | complex)
    ):
        return (), _of_number(data)
    raise Unsure


def _rows(values: "Sequence[Value | Rest]") -> tuple[tuple[Axis, ...], Dtypes | None]:
    if not values:
        return (Axis(Size.of(0)),), DEFAULT
    inner = [_nested(value) for value in values]
    rows = {dims for dims, _ in inner}
    if len(rows) > 1:
        if any(axis in (ANY_DIM, Axis(Size.of(0))) for dims in rows for axis in dims):
            raise Unsure
        raise Refused("rows of different lengths make no tensor")
    dtypes = promote(found for _, found in inner)
    return (Axis(Size.of(len(values))), *inner[0][0]), dtypes


@rule("one_hot")
def one_hot(tensor: Shaped, num_classes: Value = NONE) -> Tensor:
    """Write numbers as vectors that are zero but at their place."""
    known = isinstance(num_classes, Whole) and number(num_classes) != -1
    classes = axis_of(num_classes) if known else ANY_DIM
    return Tensor((*tensor.dims, classes), INT64)
