"""Operations that take entries of some axes together: a sum, a mean, the largest, the k largest.

"b h t s"    sum(-1)                    "b h t"
"b t c"      mean(dim=1, keepdim=True)  "b 1 c"
"b t c"      max(dim=1)                 "b c" and the places, "b c" int64
"b v"        topk(k, dim=-1)            "b {k}" and the places
"""

from collections.abc import Sequence

from typed_rope.mypy.dtypes import BOOL, COMPLEX, FLOAT, INT64, Dtypes
from typed_rope.mypy.rules.dims import place, shape
from typed_rope.mypy.rules.elementwise import elementwise
from typed_rope.mypy.rules.rule import Ints, Known, Refused, Shaped, Unsure, rule
from typed_rope.mypy.rules.unary import some_tensor, totalled
from typed_rope.mypy.values import (
    Axis,
    Constant,
    Dims,
    DtypeName,
    Items,
    Many,
    Tensor,
    Value,
    Whole,
    number,
)
from typed_rope.shapes import Size

_REAL_PARTS = {"complex32": "float16", "complex64": "float32", "complex128": "float64"}


def reduced(dims: Dims, dim: Ints | None, keepdim: bool) -> Dims:
    """Leave out axes, all of them where none is named; or keep each with size 1.

    Raises: Refused if one of them is no axis, or named twice.
    """
    gone = set(range(len(dims))) if dim is None or not dim.values else _places(dims, dim.values)
    if not keepdim:
        return tuple(axis for at, axis in enumerate(dims) if at not in gone)
    if any(isinstance(dims[at], Many) for at in gone):
        raise Unsure
    return tuple(Axis(Size.of(1)) if at in gone else axis for at, axis in enumerate(dims))


def _places(dims: Dims, given: Sequence[int]) -> set[int]:
    places = [place(dims, dim) for dim in given]
    if len(set(places)) != len(places):
        raise Refused(f"an axis of {shape(dims)} is named twice")
    return set(places)


def _reduced(input: Value, dim: Ints | None, keepdim: bool, dtypes: Dtypes | None) -> Tensor:
    x = some_tensor(input)
    if x.dims is None:
        return Tensor(() if dim is None and not keepdim else None, dtypes)
    return Tensor(reduced(x.dims, dim, keepdim), dtypes)


@rule("sum", "nansum")
def sum_(
    input: Value,
    dim: Ints | DtypeName | None = None,
    keepdim: bool = False,
    *,
    dtype: Value | None = None,
) -> Tensor:
    """Add up: integers become int64."""
    if isinstance(dim, DtypeName):
        dim, dtype = None, dim
    return _reduced(input, dim, keepdim, totalled(some_tensor(input).dtypes, dtype))


@rule("prod")
def prod(
    input: Value, dim: int | None = None, keepdim: bool = False, *, dtype: Value | None = None
) -> Tensor:
    """Multiply: integers become int64."""
    dims = None if dim is None else Ints((dim,))
    return _reduced(input, dims, keepdim, totalled(some_tensor(input).dtypes, dtype))


@rule("mean", "nanmean")
def mean(
    input: Value, dim: Ints | None = None, keepdim: bool = False, *, dtype: Value | None = None
) -> Tensor:
    """Take the mean of real or complex numbers."""
    dtypes = some_tensor(input).dtypes
    if dtype is not None:
        dtypes = dtype.dtypes if isinstance(dtype, DtypeName) else None
    elif dtypes is not None and not dtypes & (FLOAT | COMPLEX):
        raise Refused("a mean is of floats, and these are not", fix=None)
    return _reduced(input, dim, keepdim, dtypes)


@rule("std", "var")
def spread(
    input: Value,
    dim: Ints | bool | None = None,
    unbiased: Value | None = None,
    keepdim: bool = False,
    *,
    correction: Value | None = None,
) -> Tensor:
    """Tell how far entries are from their mean."""
    dims = None if isinstance(dim, bool) else dim
    return _reduced(input, dims, keepdim, _real(some_tensor(input).dtypes))


@rule("var_mean", "std_mean")
def spread_and_mean(
    input: Value,
    dim: Ints | bool | None = None,
    unbiased: Value | None = None,
    keepdim: bool = False,
    *,
    correction: Value | None = None,
) -> Items:
    """Tell how far entries are from their mean, and the mean."""
    dims = None if isinstance(dim, bool) else dim
    x = some_tensor(input)
    one = _reduced(input, dims, keepdim, _real(x.dtypes))
    return Items((one, Tensor(one.dims, x.dtypes)))


def _real(dtypes: Dtypes | None) -> Dtypes | None:
    return None if dtypes is None else frozenset(_REAL_PARTS.get(one, one) for one in dtypes)


@rule("amax", "amin")
def largest(input: Value, dim: Ints | None = None, keepdim: bool = False) -> Tensor:
    """Take the largest or the smallest."""
    return _reduced(input, dim, keepdim, some_tensor(input).dtypes)


@rule("logsumexp")
def logsumexp(input: Value, dim: Ints, keepdim: bool = False) -> Tensor:
    """Add up exponentials, and take the logarithm."""
    dtypes = some_tensor(input).dtypes
    return _reduced(input, dim, keepdim, dtypes if dtypes is None or dtypes <= FLOAT else None)


@rule("norm")
def norm(
    input: Value,
    p: Value | None = None,
    dim: Ints | None = None,
    keepdim: bool = False,
    *,
    dtype: Value | None = None,
    ord: Value | None = None,
) -> Tensor:
    """Take a norm."""
    dtypes = _real(some_tensor(input).dtypes)
    return _reduced(input, dim, keepdim, dtypes if dtype is None else None)


@rule("vector_norm")
def vector_norm(
    x: Value,
    ord: Value | None = None,
    dim: Ints | None = None,
    keepdim: bool = False,
    *,
    dtype: Value | None = None,
) -> Tensor:
    """Take a norm of vectors."""
    return _reduced(x, dim, keepdim, _real(some_tensor(x).dtypes) if dtype is None else None)


@rule("argmax", "argmin")
def place_of_largest(input: Value, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Tell the place of the largest or the smallest."""
    return _reduced(input, None if dim is None else Ints((dim,)), keepdim, INT64)


@rule("any", "all")
def truth(input: Value, dim: Ints | None = None, keepdim: bool = False) -> Tensor:
    """Tell whether any or all entries are true."""
    dtypes = some_tensor(input).dtypes
    told = BOOL if dtypes is not None and "uint8" not in dtypes else None
    return _reduced(input, dim, keepdim, told)


@rule("count_nonzero")
def count_nonzero(input: Value, dim: Ints | None = None) -> Tensor:
    """Count entries that are not 0."""
    return _reduced(input, dim, False, INT64)


@rule("max", "min")
def max_(
    known: Known,
    input: Value,
    dim: int | Tensor | None = None,
    keepdim: bool = False,
    *,
    other: Value | None = None,
) -> Value:
    """Take the largest of all, along one axis with the places, or of two tensors."""
    if isinstance(dim, Tensor) or other is not None:
        second = dim if isinstance(dim, Tensor) else other
        return elementwise((input, second), known.facts)  # type: ignore[arg-type] # one is a tensor
    if dim is None:
        return Tensor((), some_tensor(input).dtypes)
    return _with_places(input, dim, keepdim)


@rule("median", "nanmedian", "mode")
def median(input: Value, dim: int | None = None, keepdim: bool = False) -> Value:
    """Take the median of all, or along one axis with the places."""
    if dim is None:
        return Tensor((), some_tensor(input).dtypes)
    return _with_places(input, dim, keepdim)


@rule("kthvalue")
def kthvalue(input: Value, k: Value, dim: int = -1, keepdim: bool = False) -> Value:
    """Take the k-th smallest along one axis, with its place."""
    return _with_places(input, dim, keepdim)


def _with_places(input: Value, dim: int, keepdim: bool) -> Items:
    one = _reduced(input, Ints((dim,)), keepdim, some_tensor(input).dtypes)
    return Items((one, Tensor(one.dims, INT64)))


@rule("sort")
def sort(input: Value, dim: Value | None = None, *rest: Value, **options: Value) -> Items:
    """Sort along one axis, and tell where entries came from."""
    x = some_tensor(input)
    _check(x, dim)
    return Items((Tensor(x.dims, x.dtypes), Tensor(x.dims, INT64)))


@rule("argsort")
def argsort(input: Value, dim: Value | None = None, *rest: Value, **options: Value) -> Tensor:
    """Tell where sorted entries come from."""
    x = some_tensor(input)
    _check(x, dim)
    return Tensor(x.dims, INT64)


def _check(x: Tensor, dim: Value | None) -> None:
    if x.dims is not None and dim is not None and (known := number(dim)) is not None:
        place(x.dims, known)


@rule("topk")
def topk(input: Shaped, k: Value, dim: int = -1, *rest: Value, **options: Value) -> Items:
    """Take the k largest along one axis, with their places."""
    at = place(input.dims, dim)
    chosen = Axis(k.size, k.label) if isinstance(k, Whole) else Axis(None)
    dims = (*input.dims[:at], chosen, *input.dims[at + 1 :])
    return Items((Tensor(dims, input.tensor.dtypes), Tensor(dims, INT64)))


@rule("bincount")
def bincount(input: Value, *rest: Value, **options: Value) -> Tensor:
    """Count how often each number occurs."""
    return Tensor((Axis(None),))


@rule("unique", "unique_consecutive")
def unique(input: Value, *rest: Value, **options: Value) -> Value:
    """Keep different entries, of which nobody knows the number."""
    asked = [one for one in (*rest, *options.values()) if one not in (_YES, _NO)]
    extra = any(options.get(name, _NO) != _NO for name in ("return_inverse", "return_counts"))
    if asked or extra or _YES in rest[1:]:
        raise Unsure
    return Tensor((Axis(None),), some_tensor(input).dtypes)


_YES, _NO = Constant(True), Constant(False)
