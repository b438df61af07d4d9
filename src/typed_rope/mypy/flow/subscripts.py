"""What `value[index]` gives: of tensors by the rules of indexing, of tuples by place."""

from mypy.nodes import IndexExpr, ListExpr

from typed_rope.mypy.flow.apply import apply
from typed_rope.mypy.flow.expressions import evaluate
from typed_rope.mypy.flow.frame import Frame
from typed_rope.mypy.flow.making import item_of
from typed_rope.mypy.flow.sequences import cut, item
from typed_rope.mypy.flow.types import foreign, value_of
from typed_rope.mypy.values import (
    UNKNOWN,
    Cut,
    Either,
    Items,
    Made,
    Repeated,
    Tensor,
    Value,
    number,
)


def subscript(frame: Frame, expression: IndexExpr) -> Value:
    """Tell what is known of `base[index]`."""
    base = evaluate(frame, expression.base)
    index = evaluate(frame, expression.index)
    if isinstance(base, Tensor | Either):
        # Of a list of numbers torch makes a tensor, of a tuple it takes the parts.
        key = Items((index,)) if isinstance(expression.index, ListExpr) else index
        return apply(frame, "__getitem__", [base, key], {}, expression, "index")
    if isinstance(base, Items) and isinstance(index, Cut):
        return _cut(base, index)
    if isinstance(base, Repeated) and isinstance(index, Cut):
        return base
    if isinstance(base, Items | Repeated):
        return item(base, index)
    if isinstance(base, Made):
        return item_of(base, number(index))
    place = f"item.{expression.line}.{expression.column}"
    return value_of(frame.type_of(expression), foreign(place), place)


def _cut(base: Items, index: Cut) -> Value:
    ends = [None if end is None else number(end) for end in (index.start, index.stop)]
    given = [end is not None for end in (index.start, index.stop)]
    if index.step is not None or any(g and e is None for g, e in zip(given, ends, strict=True)):
        return UNKNOWN
    return cut(base, *ends)
