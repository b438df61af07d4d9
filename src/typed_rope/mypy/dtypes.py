"""Which dtypes a tensor can have: families as jaxtyping names them, and how torch promotes them."""

from collections.abc import Callable, Iterable
from functools import cache

Dtypes = frozenset[str]
"""The names of the dtypes that a tensor can have, as torch spells them."""

_EIGHT_BITS: Dtypes = frozenset({
    "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu",
})  # fmt: skip
_WIDE_UINT: Dtypes = frozenset({"uint16", "uint32", "uint64"})
_TO_COMPLEX = {
    "float16": "complex32",
    "bfloat16": "complex64",
    "float32": "complex64",
    "float64": "complex128",
}
BOOL: Dtypes = frozenset({"bool"})
UINT: Dtypes = _WIDE_UINT | {"uint8"}
INT: Dtypes = frozenset({"int8", "int16", "int32", "int64"})
INT64: Dtypes = frozenset({"int64"})
FLOAT: Dtypes = frozenset({"float16", "bfloat16", "float32", "float64", *_EIGHT_BITS})
COMPLEX: Dtypes = frozenset({"complex32", "complex64", "complex128"})
INTEGER: Dtypes = UINT | INT
REAL: Dtypes = INTEGER | FLOAT
INEXACT: Dtypes = FLOAT | COMPLEX
NUMBER: Dtypes = REAL | COMPLEX

FAMILIES: dict[str, Dtypes | None] = {
    "Shaped": None,
    "Num": NUMBER,
    "Inexact": INEXACT,
    "Real": REAL,
    "Float": FLOAT,
    "Complex": COMPLEX,
    "Integer": INTEGER,
    "Int": INT,
    "UInt": UINT,
    "Bool": BOOL,
    "Float16": frozenset({"float16"}),
    "BFloat16": frozenset({"bfloat16"}),
    "Float32": frozenset({"float32"}),
    "Float64": frozenset({"float64"}),
    "Float8e4m3fn": frozenset({"float8_e4m3fn"}),
    "Float8e4m3fnuz": frozenset({"float8_e4m3fnuz"}),
    "Float8e5m2": frozenset({"float8_e5m2"}),
    "Float8e5m2fnuz": frozenset({"float8_e5m2fnuz"}),
    "Complex64": frozenset({"complex64"}),
    "Complex128": frozenset({"complex128"}),
    "Int8": frozenset({"int8"}),
    "Int16": frozenset({"int16"}),
    "Int32": frozenset({"int32"}),
    "Int64": frozenset({"int64"}),
    "UInt8": frozenset({"uint8"}),
    "UInt16": frozenset({"uint16"}),
    "UInt32": frozenset({"uint32"}),
    "UInt64": frozenset({"uint64"}),
}
"""What each dtype class of jaxtyping allows; None allows every dtype."""

_SYNONYMS = {
    "half": "float16",
    "float": "float32",
    "double": "float64",
    "cfloat": "complex64",
    "cdouble": "complex128",
    "chalf": "complex32",
    "short": "int16",
    "int": "int32",
    "long": "int64",
}
ALL: Dtypes = NUMBER | BOOL
_DEFAULTS: dict[type, Dtypes] = {
    bool: BOOL,
    int: INT64,
    # As torch.set_default_dtype says, where the program does not.
    float: FLOAT - _EIGHT_BITS,
    complex: COMPLEX,
}


def named(name: str) -> Dtypes | None:
    """Read a dtype as torch spells it, `long` as `int64`; None where it is no dtype."""
    name = _SYNONYMS.get(name, name)
    return frozenset({name}) if name in ALL else None


def promote(operands: Iterable[Dtypes | None]) -> Dtypes | None:
    """Tell what torch makes of tensors that all have axes; None where one is unknown."""
    result: Dtypes | None = None
    for place, dtypes in enumerate(operands):
        if dtypes is None or (place and result is None):
            return None
        result = dtypes if result is None else _pairwise(result, dtypes, _promoted)
    return result


def with_scalars(tensors: Dtypes | None, scalars: Dtypes | None) -> Dtypes | None:
    """Tell what torch makes of tensors that have axes with some that have none."""
    if tensors is None or scalars is None:
        return None
    return _pairwise(tensors, scalars, _weighed)


def with_number(dtypes: Dtypes | None, kind: type) -> Dtypes | None:
    """Tell what an operation of a tensor with a Python number can return."""
    return with_scalars(dtypes, _DEFAULTS[kind])


def inexact(dtypes: Dtypes | None) -> Dtypes | None:
    """Tell what a function such as `sqrt` or `mean` returns: integers become floats."""
    return with_number(dtypes, float)


def never(left: Dtypes | None, right: Dtypes | None) -> bool:
    """Tell whether no dtype is in both."""
    return left is not None and right is not None and not left & right


@cache
def _pairwise(left: Dtypes, right: Dtypes, combine: Callable[[str, str], str | None]) -> Dtypes:
    result: set[str] = set()
    for one in left:
        for other in right:
            pair = one if one == other else combine(one, other)
            # Where torch refuses today it may choose one of them tomorrow.
            result |= {one, other} if pair is None else {pair}
    return frozenset(result)


def _kind(dtype: str) -> int:
    return next(i for i, family in enumerate((BOOL, INTEGER, FLOAT, COMPLEX)) if dtype in family)


def _promoted(one: str, other: str) -> str | None:
    """Promote two dtypes that differ; None where torch refuses to."""
    low, high = sorted((one, other), key=lambda dtype: (_kind(dtype), _bits(dtype)))
    if {low, high} & _EIGHT_BITS or (
        (low in _WIDE_UINT or high in _WIDE_UINT) and high not in FLOAT
    ):
        return None
    if {low, high} == {"float16", "bfloat16"}:
        return "float32"
    if {low, high} == {"uint8", "int8"}:
        return "int16"
    if high in COMPLEX and low in INEXACT:
        return max(_TO_COMPLEX.get(low, low), high, key=_bits)
    return high


def _weighed(tensor: str, scalar: str) -> str | None:
    """Let the tensor that has axes decide, unless the other is of a higher kind."""
    if _kind(scalar) <= _kind(tensor):
        return tensor
    # Precision stays with a float that has axes: float16 with a complex number is complex32.
    return _TO_COMPLEX.get(tensor) if tensor in FLOAT else _promoted(tensor, scalar)


def _bits(dtype: str) -> int:
    return int("".join(filter(str.isdigit, dtype)) or 1)


def family_name(dtypes: Dtypes) -> str:
    """Name dtypes as jaxtyping does, or list them."""
    for name, family in FAMILIES.items():
        if family == dtypes:
            return name
    return " or ".join(sorted(dtypes))
