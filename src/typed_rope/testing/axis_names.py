"""What the axes of the tensors in one call are called: by the annotations, or by the caller.

rotate_halves   x: b h t d    cos: t d/2    return: b h t d
"""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from typed_rope.checking.boundary import RESULT, Boundary
from typed_rope.checking.leaves import Leaf, call_leaves, concrete, given_values, result_leaves
from typed_rope.shapes import Bindings, Mismatch, Named, Shape, Sized, Variadic, match, parse

Labels = tuple[str, ...]


def labels_of(shape: Shape, rank: int) -> Labels | None:
    """Name every axis of a tensor of this rank; None where the shape has another."""
    extra = rank - len(shape.axes) + (shape.variadic is not None)
    if extra < 0 or (shape.variadic is None and extra):
        return None
    labels: list[str] = []
    for place, axis in enumerate(shape.axes):
        if isinstance(axis, Variadic):
            labels += [f"*{axis.name or place}[{i}]" for i in range(extra)]
        else:
            label = getattr(axis, "label", None)
            labels.append(_text(axis, label, place))
    return tuple(labels)


def argument_labels(boundary: Boundary, arguments: Mapping[str, Any]) -> dict[str, Labels]:
    """Name the axes of the tensors in a call's arguments, by the way to each."""
    leaves = call_leaves(boundary, arguments, given_values(boundary, arguments))
    return _labels(leaves, Bindings())[0]


def all_labels(boundary: Boundary, arguments: Mapping[str, Any], result: Any) -> dict[str, Labels]:
    """Name the axes of the arguments and of the result, which stands under "return"."""
    given = given_values(boundary, arguments)
    leaves = call_leaves(boundary, arguments, given)
    labels, bindings = _labels(leaves, Bindings())
    returned = result_leaves(boundary, result, given, leaves)
    return labels | _labels(returned, bindings)[0]


def written_labels(axes: Mapping[str, str]) -> dict[str, Shape]:
    """Read the names that a caller has written; the result is "return"."""
    return {path: parse(text) for path, text in axes.items()}


def _labels(leaves: list[Leaf], bindings: Bindings) -> tuple[dict[str, Labels], Bindings]:
    found: dict[str, Labels] = {}
    for leaf in leaves:
        if not isinstance(leaf.value, Tensor):
            continue
        for form in leaf.tensor_forms():
            outcome = match(concrete(form.shape, leaf.given), tuple(leaf.value.shape), bindings)
            if isinstance(outcome, Mismatch) and outcome.kind != "unbound":
                continue
            if form.dtypes is not None and leaf.value.dtype not in form.dtypes:
                continue
            bindings = bindings if isinstance(outcome, Mismatch) else outcome
            labels = labels_of(form.shape, leaf.value.ndim)
            if labels is not None:
                found[leaf.path] = labels
            break
    return found, bindings


def _text(axis: Any, label: str | None, place: int) -> str:
    if isinstance(axis, Named):
        return axis.name
    if isinstance(axis, Sized):
        return label or axis.expression.text
    return label or f"{axis.text}@{place}"


__all__ = ["RESULT", "Labels", "all_labels", "argument_labels", "labels_of", "written_labels"]
