"""Which two sizes of a call have to differ for it to tell all axes apart, whatever else they are.

That is known from the annotations alone. Two axes that a parameter of one fixed form tells apart in
every call are no suspects. Most functions have few, so that comparing a few sizes settles most
calls:

    x: "b h t d"    cos: "t d/2"     suspects: b with h of x
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from torch import Tensor

from typed_rope.checking.boundary import Boundary, Parameter
from typed_rope.checking.forms import EitherForm, Form, TensorForm, holds_tensors, tensor_forms
from typed_rope.shapes import Axis, Named, Shape, Sized

_ANY_RANK = 1 << 16


class Pair(NamedTuple):
    """Two places in a shape; those behind a variadic axis count from the end."""

    first: int
    second: int
    least: int
    """The shape has so many axes at least."""
    most: int


class Suspects(NamedTuple):
    """All that a call has to be looked at for."""

    pairs: tuple[tuple[int, tuple[Pair, ...]], ...]
    """Of each argument, by its place."""
    holders: tuple[int, ...]
    """The arguments that hold tensors inside, of which no place is known."""


def suspects(boundary: Boundary) -> Suspects:
    """Find them."""
    pairs: list[tuple[int, tuple[Pair, ...]]] = []
    holders: list[int] = []
    for parameter in boundary.parameters:
        told = [tells_of(form.shape) for form in _others(boundary, parameter)]
        found = {
            pair: None
            for form in tensor_forms(parameter.form)
            for names, pair in _named_pairs(form.shape)
            if not any(len(names & each) == 1 for each in told)
        }
        place = boundary.names.index(parameter.name)
        if found and _is_itself(parameter.form):
            pairs.append((place, tuple(found)))
        elif found:
            holders.append(place)
    return Suspects(tuple(pairs), tuple(holders))


def may_be_ambiguous(known: Suspects, arguments: Sequence[object]) -> bool:
    """Tell whether a call needs a closer look; False if it has surely told all axes apart."""
    for argument, pairs in known.pairs:
        tensor = arguments[argument]
        if isinstance(tensor, Tensor) and _has_equal(tensor.shape, pairs):
            return True
    return any(arguments[place] is not None for place in known.holders)


def _has_equal(sizes: Sequence[int], pairs: tuple[Pair, ...]) -> bool:
    try:
        if len(set(sizes)) == len(sizes):
            return False
    except TypeError:  # symbols: to compare them would decide what they are
        return False
    rank = len(sizes)
    return any(p.least <= rank <= p.most and sizes[p.first] == sizes[p.second] for p in pairs)


def is_plain_name(axis: object) -> bool:
    """Tell whether an axis counts: nothing but its name says what its size is."""
    return isinstance(axis, Named) and not axis.broadcast


def tells_of(shape: Shape) -> set[str]:
    """Return the names whose sizes a tensor of this shape determines, whatever its sizes are."""
    told: set[str] = set()
    for axis in shape.axes:
        if not getattr(axis, "broadcast", False):
            told |= names_of(axis)
    return told


def names_of(axis: Axis) -> frozenset[str]:
    """Return the names that the size of an axis says something of."""
    if isinstance(axis, Named):
        return frozenset({axis.name})
    return axis.expression.names if isinstance(axis, Sized) else frozenset()


def _others(boundary: Boundary, parameter: Parameter) -> Iterator[TensorForm]:
    """Yield what every call has a tensor for, besides one parameter."""
    for other in boundary.parameters:
        if other is not parameter and other.name not in boundary.unchecked:
            if isinstance(other.form, TensorForm):
                yield other.form


def _is_itself(form: Form) -> bool:
    """Tell whether a value of this form is a tensor itself, or holds none."""
    if isinstance(form, EitherForm):
        return all(map(_is_itself, form.members))
    return isinstance(form, TensorForm) or not holds_tensors(form)


def _named_pairs(shape: Shape) -> Iterator[tuple[set[str], Pair]]:
    axes, variadic = shape.axes, shape.variadic
    least = len(axes) - (variadic is not None)
    most = least if variadic is None else _ANY_RANK
    places = [
        (axis.name, place if variadic is None or place < variadic else place - len(axes))
        for place, axis in enumerate(axes)
        if isinstance(axis, Named) and is_plain_name(axis)
    ]
    for (name, first), (other, second) in combinations(places, 2):
        if name != other:
            yield {name, other}, Pair(first, second, least, most)
