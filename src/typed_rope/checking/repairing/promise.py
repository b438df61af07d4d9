"""Could the function still keep its promise? `split_heads(x, 10)` cannot, if x has 7 channels."""

from collections.abc import Mapping

from typed_rope.checking.explaining.divisions import uneven_divisions
from typed_rope.checking.forms import (
    EitherForm,
    Form,
    ItemsForm,
    MappingForm,
    TensorForm,
    TupleForm,
    parts,
)
from typed_rope.checking.leaves import concrete
from typed_rope.shapes import Bindings, Sized


def can_be_kept(result: Form | None, bindings: Bindings, given: Mapping[str, object]) -> bool:
    """Tell whether every size that a result must have can be one: no odd d has a d/2."""
    if isinstance(result, EitherForm):
        return any(can_be_kept(member, bindings, given) for member in result.members)
    if isinstance(result, TupleForm | ItemsForm | MappingForm):
        return all(can_be_kept(part, bindings, given) for part in parts(result))
    if not isinstance(result, TensorForm):
        return True
    axes = concrete(result.shape, given).axes
    return all(_can_be(axis, bindings) for axis in axes if isinstance(axis, Sized))


def _can_be(axis: Sized, bindings: Bindings) -> bool:
    try:
        size = axis.expression.evaluate(bindings.singles, {})
    except Exception:  # over a name that the result itself binds
        return True
    return size >= 0 and not any(uneven_divisions(axis.expression, bindings.singles))
