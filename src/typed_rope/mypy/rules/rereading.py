"""The same bytes read as other numbers: the parts of complex ones, or another dtype.

complex "b t d"   view_as_real            -> float "b t d 2"
float   "b t 2"   view_as_complex         -> complex "b t"
float32 "b t c"   view(torch.int32)       -> int32 "b t c"
"""

from typed_rope.mypy.dtypes import Dtypes
from typed_rope.mypy.equality import compare
from typed_rope.mypy.rules.dims import axis_at, shape
from typed_rope.mypy.rules.rule import Known, Refused, Shaped, Unsure, rule
from typed_rope.mypy.values import ANY_DIM, Axis, Many, Tensor
from typed_rope.shapes import Size

_PARTS = {"complex32": "float16", "complex64": "float32", "complex128": "float64"}
_WHOLES = {part: whole for whole, part in _PARTS.items()}
TWO = Axis(Size.of(2))


@rule("view_as_real")
def view_as_real(input: Shaped) -> Tensor:
    """Show the parts of complex numbers as a last axis of size 2."""
    return Tensor((*input.dims, TWO), _dtypes(input.tensor.dtypes, _PARTS))


@rule("view_as_complex")
def view_as_complex(known: Known, input: Shaped) -> Tensor:
    """Read a last axis of size 2 as the parts of complex numbers."""
    _, last = axis_at(input.dims, -1)
    if compare(last.size, TWO.size, known.facts) == "never" and not last.broadcast:
        raise Refused(f"the last axis of {shape(input.dims)} must be of size 2")
    return Tensor(input.dims[:-1], _dtypes(input.tensor.dtypes, _WHOLES))


def _dtypes(dtypes: Dtypes | None, names: dict[str, str]) -> Dtypes:
    found = frozenset(names[one] for one in dtypes if one in names) if dtypes else frozenset()
    return found or frozenset(names.values())


def read_as(input: Shaped, dtypes: Dtypes | None) -> Tensor:
    """Read the same bytes as numbers of another dtype: the last axis has more of them, or fewer."""
    if not input.dims:
        return Tensor((), dtypes)
    if isinstance(input.dims[-1], Many):
        raise Unsure
    own, new = _bits(input.tensor.dtypes), _bits(dtypes)
    same = own is not None and own == new
    return Tensor(input.dims if same else (*input.dims[:-1], ANY_DIM), dtypes)


def _bits(dtypes: Dtypes | None) -> int | None:
    """Tell how many bits a number has, where all the dtypes agree."""
    found = {_bits_of(name) for name in dtypes or ()}
    return found.pop() if len(found) == 1 else None


def _bits_of(name: str) -> int:
    digits = "".join(c for c in name.split("_")[0] if c.isdigit())
    return int(digits) if digits else 8
