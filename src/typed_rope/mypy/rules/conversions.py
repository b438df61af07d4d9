"""Conversions: another dtype or device, and complex numbers from real ones and back.

x.to(torch.bfloat16)    x.half()    x.type_as(y)    x.to(device, torch.float32)
torch.polar(r, a)       z.real      z.abs()
"""

from typed_rope.mypy.dtypes import COMPLEX, FLOAT, Dtypes, inexact
from typed_rope.mypy.rules.elementwise import together
from typed_rope.mypy.rules.rule import Known, Rule, rule
from typed_rope.mypy.rules.unary import some_tensor
from typed_rope.mypy.values import Constant, DtypeName, Tensor, Value

_PARTS = {"complex32": "float16", "complex64": "float32", "complex128": "float64"}
_WHOLES = {part: whole for whole, part in _PARTS.items()}


@rule("to")
def to(input: Value, *rest: Value, **options: Value) -> Tensor:
    """Convert to a dtype, a device, or what another tensor has."""
    x = some_tensor(input)
    dtypes = x.dtypes
    for value in (*rest, *options.values()):
        if isinstance(value, Tensor | DtypeName):
            return Tensor(x.dims, value.dtypes)
        if not isinstance(value, Constant):
            # A device, or a dtype that nobody knows.
            dtypes = None
    return x if dtypes is not None else Tensor(x.dims)


def _cast(name: str, dtype: str) -> Rule:
    @rule(name)
    def cast(input: Value) -> Tensor:
        return Tensor(some_tensor(input).dims, frozenset({dtype}))

    return cast


to_float = _cast("float", "float32")
to_half = _cast("half", "float16")
to_bfloat16 = _cast("bfloat16", "bfloat16")
to_double = _cast("double", "float64")
to_int = _cast("int", "int32")
to_long = _cast("long", "int64")
to_short = _cast("short", "int16")
to_char = _cast("char", "int8")
to_byte = _cast("byte", "uint8")
to_bool = _cast("bool", "bool")
to_cfloat = _cast("cfloat", "complex64")
to_cdouble = _cast("cdouble", "complex128")
to_chalf = _cast("chalf", "complex32")


@rule("type_as")
def type_as(input: Value, other: Value) -> Tensor:
    """Take over the dtype of another tensor."""
    return Tensor(some_tensor(input).dims, some_tensor(other).dtypes)


@rule("type")
def type_(input: Value, dtype: Value) -> Tensor:
    """Convert to a dtype."""
    told = dtype.dtypes if isinstance(dtype, DtypeName) else None
    return Tensor(some_tensor(input).dims, told)


@rule("abs", "absolute")
def absolute(input: Value) -> Tensor:
    """Take absolute values, which are real."""
    x = some_tensor(input)
    return Tensor(x.dims, _parts(x.dtypes))


@rule("abs_", "absolute_", "conj_physical_")
def absolute_in_place(input: Value) -> Tensor:
    """Take absolute values in place."""
    return some_tensor(input)


@rule("real", "imag")
def part(input: Value) -> Tensor:
    """Take the real or the imaginary parts."""
    x = some_tensor(input)
    return Tensor(x.dims, _parts(x.dtypes))


@rule("conj", "conj_physical")
def conjugate(input: Value) -> Tensor:
    """Turn the signs of imaginary parts."""
    x = some_tensor(input)
    return Tensor(x.dims, x.dtypes)


@rule("angle")
def angle(input: Value) -> Tensor:
    """Take the angles of complex numbers."""
    x = some_tensor(input)
    return Tensor(x.dims, inexact(_parts(x.dtypes)))


def _parts(dtypes: Dtypes | None) -> Dtypes | None:
    return None if dtypes is None else frozenset(_PARTS.get(dtype, dtype) for dtype in dtypes)


@rule("polar")
def polar(known: Known, abs: Value, angle: Value) -> Tensor:
    """Make complex numbers of absolute values and angles."""
    return _complex(known, abs, angle)


@rule("complex")
def complex_(known: Known, real: Value, imag: Value) -> Tensor:
    """Make complex numbers of real and imaginary parts."""
    return _complex(known, real, imag)


def _complex(known: Known, left: Value, right: Value) -> Tensor:
    tensors = [some_tensor(left), some_tensor(right)]
    dims = together(tensors, known.facts)
    told = tensors[0].dtypes if tensors[0].dtypes is not None else tensors[1].dtypes
    wholes = (told or FLOAT) & _WHOLES.keys()
    return Tensor(dims, frozenset(_WHOLES[dtype] for dtype in wholes) or COMPLEX)
