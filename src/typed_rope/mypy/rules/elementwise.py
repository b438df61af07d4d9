"""What an elementwise operation gives, of tensors and of numbers that stand beside them.

"b h t s" + "t s"    "b h t s"      axes meet from the right
int64 * 0.5          float          a number decides only by being of a higher kind
"t" int + "" float   float          and so does a tensor without axes
"""

from collections.abc import Sequence
from itertools import product

from typed_rope.mypy.dtypes import Dtypes, promote, with_number, with_scalars
from typed_rope.mypy.equality import Facts, is_unknown, is_value
from typed_rope.mypy.rules.broadcast import ONE, broadcast
from typed_rope.mypy.rules.dims import shape
from typed_rope.mypy.rules.rule import Refused, Unsure
from typed_rope.mypy.values import Axis, Constant, Dims, Many, Tensor, Value, Whole

_NUMBERS = (bool, int, float, complex)
"""Each before those that it is an instance of."""


def elementwise(operands: Sequence[Value], facts: Facts) -> Tensor:
    """Tell the axes and the dtype that operands have together.

    Raises: Refused if their axes cannot meet; Unsure if one of them may be anything.
    """
    tensors = [operand for operand in operands if isinstance(operand, Tensor)]
    kinds = [number_kind(operand) for operand in operands if not isinstance(operand, Tensor)]
    if not tensors or None in kinds:
        raise Unsure
    dtypes = result_dtypes(tensors)
    for kind in kinds:
        dtypes = with_number(dtypes, kind)  # type: ignore[arg-type] # none of them is None
    return Tensor(together(tensors, facts), dtypes)


def number_kind(value: Value) -> type | None:
    """Tell the Python type of a number, of which only the type may be known; None elsewhere."""
    if isinstance(value, Whole):
        return int
    if not isinstance(value, Constant):
        return None
    if value.value in _NUMBERS:
        return next(kind for kind in _NUMBERS if kind is value.value)
    return next((kind for kind in _NUMBERS if isinstance(value.value, kind)), None)


def together(tensors: Sequence[Tensor], facts: Facts) -> Dims | None:
    """Tell the axes of tensors that meet; None where they cannot be told.

    Raises: Refused if they cannot meet.
    """
    known = [tensor.dims for tensor in tensors if tensor.dims is not None]
    try:
        dims = broadcast(known, facts) if known else ()
    except Unsure:
        return None
    return dims if len(known) == len(tensors) else None


def result_dtypes(tensors: Sequence[Tensor]) -> Dtypes | None:
    """Tell the dtypes of a result: tensors without axes decide only by being of a higher kind."""
    told: frozenset[str] = frozenset()
    for without_axes in product(*map(_whether_without_axes, tensors)):
        dtypes = _promoted([t.dtypes for t in tensors], without_axes)
        if dtypes is None:
            return None
        told |= dtypes
    return told


def _whether_without_axes(tensor: Tensor) -> tuple[bool, ...]:
    if tensor.dims is None or (tensor.dims and all(isinstance(d, Many) for d in tensor.dims)):
        return (False, True)
    return (not tensor.dims,)


def _promoted(dtypes: Sequence[Dtypes | None], without_axes: Sequence[bool]) -> Dtypes | None:
    pairs = list(zip(dtypes, without_axes, strict=True))
    scalars = [one for one, scalar in pairs if scalar]
    tensors = [one for one, scalar in pairs if not scalar]
    if not scalars or not tensors:
        return promote(dtypes)
    return with_scalars(promote(tensors), promote(scalars))


def in_place(subject: Value, others: Sequence[Value], facts: Facts) -> Tensor:
    """Tell the tensor that an operation in place leaves: it keeps its axes, whatever it meets.

    Raises: Refused if what it meets needs more room.
    """
    if not isinstance(subject, Tensor):
        raise Unsure
    tensors = [subject, *(one for one in others if isinstance(one, Tensor))]
    met = together(tensors, facts)
    if subject.dims is not None and met is not None and _grows(subject.dims, met):
        raise Refused(f"{shape(subject.dims)} has no room for {shape(met)} in place")
    return Tensor(subject.dims, subject.dtypes)


def _grows(own: Dims, met: Dims) -> bool:
    if any(isinstance(axis, Many) for axis in (*own, *met)):
        return False
    return len(met) > len(own) or any(_stretched(*pair) for pair in zip(own, met, strict=True))


def _stretched(own: Axis | Many, met: Axis | Many) -> bool:
    """Tell whether an axis of size 1 would become another; one that has a name is another."""
    if isinstance(own, Many) or isinstance(met, Many) or met.size is None:
        return False
    told = not met.broadcast and not any(_open(symbol) for symbol in met.size.symbols())
    return own.size == ONE and met.size != ONE and told


def _open(symbol: str) -> bool:
    return is_value(symbol) or is_unknown(symbol)
