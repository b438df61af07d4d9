"""Operators and functions of several tensors, entry by entry: their axes meet from the right.

scores + bias                "b h t s" + "t s"    "b h t s"
x * 0.5                      a number changes no axis
x > 0                        gives truth values
scores.masked_fill(m, 0.0)   keeps the dtype of scores
x += y                       keeps the axes of x
"""

from typed_rope.mypy.dtypes import ALL, BOOL, COMPLEX, INT64, Dtypes, inexact
from typed_rope.mypy.rules.broadcast import broadcast
from typed_rope.mypy.rules.dims import ranked
from typed_rope.mypy.rules.elementwise import elementwise, in_place
from typed_rope.mypy.rules.rule import Known, Shaped, Unsure, rule
from typed_rope.mypy.values import ANY_DIM, NONE, Constant, Items, Tensor, Value

_PROMOTED = (
    "add", "sub", "subtract", "mul", "multiply", "remainder", "fmod", "floor_divide",
    "maximum", "minimum", "fmax", "fmin", "bitwise_and", "bitwise_or", "bitwise_xor",
    "bitwise_left_shift", "bitwise_right_shift", "gcd", "lcm", "hypot", "logaddexp", "logaddexp2",
    "nextafter", "rsub",
)  # fmt: skip
_INEXACT = ("true_divide", "atan2", "arctan2", "xlogy", "copysign")
_COMPARED = (
    "eq", "ne", "lt", "le", "gt", "ge", "not_equal", "less", "less_equal", "greater",
    "greater_equal", "logical_and", "logical_or", "logical_xor", "isclose",
)  # fmt: skip
_NOT_IN_PLACE = ("maximum", "minimum", "fmax", "fmin", "isclose", "logaddexp", "logaddexp2", "rsub")


def _forms_in_place(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}_" for name in names if name not in _NOT_IN_PLACE)


@rule(*_PROMOTED)
def promoted(known: Known, input: Value, other: Value, *, alpha: Value = NONE) -> Tensor:
    """Combine two tensors, or a tensor and a number."""
    return elementwise((input, other), known.facts)


@rule(*_INEXACT)
def quotient(known: Known, input: Value, other: Value) -> Tensor:
    """Combine two tensors as real numbers: integers become floats."""
    result = elementwise((input, other), known.facts)
    return Tensor(result.dims, inexact(result.dtypes))


@rule("float_power")
def float_power(known: Known, input: Value, exponent: Value) -> Tensor:
    """Raise to a power in double precision."""
    result = elementwise((input, exponent), known.facts)
    wide = {"complex128" if one in COMPLEX else "float64" for one in result.dtypes or ALL}
    return Tensor(result.dims, frozenset(wide))


@rule("pow")
def power(known: Known, input: Value, exponent: Value) -> Tensor:
    """Raise to a power."""
    return elementwise((input, exponent), known.facts)


@rule("div", "divide")
def div(known: Known, input: Value, other: Value, *, rounding_mode: Value = NONE) -> Tensor:
    """Divide; a quotient that is rounded keeps integers."""
    result = elementwise((input, other), known.facts)
    if rounding_mode == NONE:
        return Tensor(result.dims, inexact(result.dtypes))
    return result if isinstance(rounding_mode, Constant) else Tensor(result.dims)


@rule(*_COMPARED)
def compared(known: Known, input: Value, other: Value, *rest: Value, **named: Value) -> Tensor:
    """Compare two tensors, or a tensor and a number."""
    return Tensor(elementwise((input, other), known.facts).dims, BOOL)


@rule(
    *_forms_in_place(*_PROMOTED, *_INEXACT, *_COMPARED, "div", "divide", "pow", "float_power"),
    "masked_fill_",
    "copy_",
)
def combined_in_place(known: Known, input: Value, *others: Value, **named: Value) -> Tensor:
    """Combine in place: the result has the axes and the dtype that the tensor had."""
    return in_place(input, (*others, *named.values()), known.facts)


@rule("where")
def where(known: Known, condition: Value, input: Value = NONE, other: Value = NONE) -> Value:
    """Choose entries of two tensors, or of one condition find the places where it holds.

    `x.where(condition, other)` has the condition second.
    """
    if input == NONE:
        return _places(condition)
    dims = elementwise((condition, input, other), known.facts).dims
    return Tensor(dims, _chosen_dtypes(known, condition, input, other))


def _places(condition: Value) -> Items:
    if not isinstance(condition, Tensor) or condition.dims is None:
        raise Unsure
    found = Tensor((ANY_DIM,), INT64)
    return Items((found,) * max(1, len(ranked(condition.dims))))


def _chosen_dtypes(known: Known, first: Value, second: Value, third: Value) -> Dtypes | None:
    for condition, one in ((first, second), (second, first)):
        if isinstance(condition, Tensor) and condition.dtypes == BOOL:
            values = any(isinstance(value, Tensor) for value in (one, third))
            return elementwise((one, third), known.facts).dtypes if values else None
    return None


@rule("masked_fill")
def masked_fill(known: Known, input: Value, mask: Value, value: Value) -> Tensor:
    """Fill entries where a mask says so."""
    if not isinstance(input, Tensor) or not isinstance(mask, Tensor):
        raise Unsure
    return Tensor(elementwise((input, mask), known.facts).dims, input.dtypes)


@rule("clamp", "clip")
def clamp(known: Known, input: Value, min: Value = NONE, max: Value = NONE) -> Tensor:
    """Keep entries between two bounds, each a number, a tensor or None."""
    bounds = [bound for bound in (min, max) if bound != NONE]
    return elementwise((input, *bounds), known.facts)


@rule("clamp_min", "clamp_max")
def clamp_to(known: Known, input: Value, bound: Value) -> Tensor:
    """Keep entries on one side of a bound."""
    return elementwise((input, bound), known.facts)


@rule("clamp_", "clip_", "clamp_min_", "clamp_max_")
def clamp_in_place(known: Known, input: Value, min: Value = NONE, max: Value = NONE) -> Tensor:
    """Keep entries between two bounds, in place."""
    return in_place(input, (min, max), known.facts)


@rule("lerp", "addcmul", "addcdiv")
def three_operands(
    known: Known, input: Value, second: Value, third: Value, *, value: Value = NONE
) -> Tensor:
    """Combine three tensors, the last of which may be a number."""
    return elementwise((input, second, third), known.facts)


@rule("lerp_", "addcmul_", "addcdiv_")
def three_operands_in_place(
    known: Known, input: Value, second: Value, third: Value, *, value: Value = NONE
) -> Tensor:
    """Combine three tensors in place of the first."""
    return in_place(input, (second, third), known.facts)


@rule("broadcast_tensors")
def broadcast_tensors(known: Known, *tensors: Shaped) -> Items:
    """Give every tensor the axes that they have together."""
    dims = broadcast([tensor.dims for tensor in tensors], known.facts)
    return Items(tuple(tensor.tensor.shaped(dims) for tensor in tensors))
