"""Attributes: of tensors, of modules, of objects whose place is known."""

from mypy.nodes import MemberExpr, MypyFile, RefExpr

from typed_rope.mypy.flow.apply import apply
from typed_rope.mypy.flow.expressions import evaluate, outside
from typed_rope.mypy.flow.frame import Frame
from typed_rope.mypy.flow.paths import path_of
from typed_rope.mypy.flow.sequences import rank
from typed_rope.mypy.flow.types import foreign, value_of
from typed_rope.mypy.rules import RULES
from typed_rope.mypy.values import (
    UNKNOWN,
    DtypeName,
    Either,
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
    return _of_object(frame, expression, value)


def is_module(expression: object) -> bool:
    """Tell whether an expression names a module, as `torch.nn.functional`."""
    return isinstance(expression, RefExpr) and isinstance(expression.node, MypyFile)


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


def _of_object(frame: Frame, expression: MemberExpr, value: Value) -> Value:
    path = path_of(expression)
    if path is not None and path in frame.state.values:
        return frame.state.values[path]
    place = path or f"{expression.name}.{expression.line}"
    kind = frame.type_of(expression)
    owner = place.rpartition(".")[0] or place
    found = value_of(kind, foreign(owner), place)
    if found == Whole() and path is not None:
        return Whole(Size.symbol(f"{{{path}}}"))
    return Thing(path) if found == Thing() else found
