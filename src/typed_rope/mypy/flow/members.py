"""Attributes: of tensors, of modules, of objects whose place is known."""

from mypy.nodes import MemberExpr
from mypy.types import Instance, ProperType

from typed_rope.mypy.flow.apply import apply
from typed_rope.mypy.flow.constructed import attribute
from typed_rope.mypy.flow.expressions import evaluate, outside
from typed_rope.mypy.flow.frame import Frame
from typed_rope.mypy.flow.making import made_of, placed
from typed_rope.mypy.flow.paths import is_module, path_of
from typed_rope.mypy.flow.sequences import rank
from typed_rope.mypy.flow.types import foreign, value_of
from typed_rope.mypy.rules import RULES
from typed_rope.mypy.values import (
    UNKNOWN,
    DtypeName,
    Either,
    Repeated,
    Tensor,
    Thing,
    Value,
    Whole,
    sizes_of,
    whole,
)
from typed_rope.shapes import Size

_SAME = ("data", "grad")
_VIEWS = ("T", "mT", "H", "mH", "real", "imag")


def member(frame: Frame, expression: MemberExpr) -> Value:
    """Tell what is known of `value.name`."""
    if is_module(expression.expr):
        return outside(frame, expression)
    value = evaluate(frame, expression.expr)
    if isinstance(value, Tensor):
        return of_tensor(frame, expression, value)
    if isinstance(value, Either):
        return (
            apply(frame, expression.name, [value], {}, expression)
            if expression.name in _VIEWS
            else UNKNOWN
        )
    return of_object(frame, expression, value)


def of_tensor(frame: Frame, expression: MemberExpr, value: Tensor) -> Value:
    """Tell what an attribute of a tensor is."""
    name = expression.name
    if name == "shape":
        return UNKNOWN if value.dims is None else sizes_of(value.dims)
    if name == "ndim":
        axes = rank(value)
        return Whole() if axes is None else whole(axes)
    if name == "dtype":
        return DtypeName(value.dtypes)
    if name in _SAME:
        return value
    if name in _VIEWS and name in RULES:
        return apply(frame, name, [value], {}, expression, f".{name}")
    return UNKNOWN


def of_object(frame: Frame, expression: MemberExpr, value: Value) -> Value:
    """Tell what an attribute of an object is: as assigned, as made, or as declared."""
    path = path_of(expression)
    if path is not None and path in frame.state.values:
        return frame.state.values[path]
    place = path or f"{expression.name}.{expression.line}"
    kind = frame.type_of(expression)
    owner = place.rpartition(".")[0] or place
    found = value_of(kind, foreign(owner), place)
    if found == Whole() and path is not None:
        return Whole(Size.symbol(f"{{{path}}}"))
    if found in (UNKNOWN, Tensor(), Repeated(UNKNOWN)):
        held = _held(frame, expression, kind)
        if held != UNKNOWN:
            return held
    return Thing(path) if found == Thing() else found


def _held(frame: Frame, expression: MemberExpr, kind: ProperType | None) -> Value:
    """Tell what a constructor gave an attribute, or what its class tells where that is unknown."""
    owner = frame.type_of(expression.expr)
    if isinstance(owner, Instance) and owner.type.module_name == frame.checker.tree.fullname:
        held = attribute(frame, owner.type, expression.name, path_of(expression.expr))
        if held != UNKNOWN:
            return placed(held, path_of(expression))
    return placed(made_of(kind) or UNKNOWN, path_of(expression))
