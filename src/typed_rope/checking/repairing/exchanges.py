"""Arguments handed over in each other's place: two exchanged, three rotated, one by another name.

attend(q, v, k)             k and v exchanged
attend(v, q, k)             three rotated
split_heads(6, x)           of different types, too
attend(q, k, v, sinks=m)    what was meant as bias=m
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from torch import Tensor

from typed_rope.checking.boundary import Boundary
from typed_rope.checking.forms import (
    AnyForm,
    EitherForm,
    Form,
    PlainForm,
    TensorForm,
    holds_tensors,
)
from typed_rope.checking.plain import is_plain
from typed_rope.checking.repairing.passed import (
    VARIABLE,
    passed_parameters,
    written_parameters,
)


@dataclass(frozen=True)
class Exchange:
    """An argument -> the one whose value it should have had; None stands for nothing."""

    cost: int
    places: Mapping[str, str | None]

    def apply(self, arguments: Mapping[str, object]) -> dict[str, object]:
        """Return the arguments as they were meant."""
        moved = {to: None if by is None else arguments[by] for to, by in self.places.items()}
        return {**arguments, **moved}


def exchanges(boundary: Boundary, arguments: Mapping[str, object]) -> Iterator[Exchange]:
    """Yield the exchanges to try, smallest first."""
    forms = {p.name: p.form for p in boundary.parameters if not isinstance(p.form, AnyForm)}
    passed = [
        parameter.name
        for parameter in passed_parameters(boundary, arguments)
        if parameter.kind not in VARIABLE and parameter.name in forms
    ]
    for left, right in combinations(passed, 2):
        may_be = _may_take(forms[left], arguments[right]) and _may_take(
            forms[right], arguments[left]
        )
        if may_be and not _is_alike(arguments[left], arguments[right]):
            yield Exchange(2, {left: right, right: left})
    yield from _moves(boundary, arguments, passed)
    tensors = [name for name in passed if isinstance(arguments[name], Tensor)]
    for a, b, c in combinations(tensors, 3):
        for places in ({a: b, b: c, c: a}, {a: c, c: b, b: a}):
            if all(_may_take(forms[to], arguments[by]) for to, by in places.items()):
                yield Exchange(3, dict(places))


def _may_take(form: Form, value: object) -> bool:
    if isinstance(form, PlainForm):
        return is_plain(value, form.hint)
    if isinstance(value, Tensor):
        members = form.members if isinstance(form, EitherForm) else (form,)
        return any(_may_fit(member, value) for member in members)
    return not isinstance(form, TensorForm)


def _may_fit(form: Form, value: Tensor) -> bool:
    """Tell whether a tensor has the dtype and the number of axes, whatever their sizes."""
    if not isinstance(form, TensorForm):
        return not isinstance(form, PlainForm)
    more = value.dim() - len(form.shape.axes)
    rank_fits = more == 0 or (form.shape.variadic is not None and more >= -1)
    return rank_fits and (form.dtypes is None or value.dtype in form.dtypes)


def _is_alike(left: object, right: object) -> bool:
    if isinstance(left, Tensor) and isinstance(right, Tensor):
        return left.shape == right.shape and left.dtype == right.dtype
    return left is right


def _moves(
    boundary: Boundary, arguments: Mapping[str, object], passed: list[str]
) -> Iterator[Exchange]:
    """Yield the moves of an optional tensor to the place of another one that was left out."""
    tensors = {p.name for p in boundary.parameters if holds_tensors(p.form)}
    written = written_parameters(boundary)
    optional = [p.name for p in written if p.name in tensors and p.default is None]
    free = [name for name in optional if arguments.get(name) is None]
    for taken in optional:
        if taken in passed and isinstance(arguments[taken], Tensor):
            for other in free:
                yield Exchange(2, {taken: None, other: taken})
