"""Every value of a call that has an annotation of its own, with the way to it.

    mix(parts=[q, k], state=State(cache))  ->  parts[0], parts[1], state.cache

A type checker looks at one item of a list, and never into a dataclass. Here each item is a leaf, as
if it were a parameter of its own, and the axes of all leaves are one system.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, repeat
from typing import Any, cast

from typed_rope.checking.boundary import RESULT, Boundary
from typed_rope.checking.forms import (
    AnyForm,
    EitherForm,
    Form,
    ItemsForm,
    JudgedForm,
    KeysForm,
    MappingForm,
    PlainForm,
    RecordForm,
    SpreadForm,
    TensorForm,
    TupleForm,
    parts,
    record_names,
)
from typed_rope.checking.plain import is_plain
from typed_rope.shapes import Shape, ShapeSyntaxError, Sized, parse
from typed_rope.shapes.match import Mismatch, match


@dataclass(frozen=True)
class Leaf:
    """One value and the form that it should have; `given` holds what its `{...}` read."""

    path: str
    form: Form
    value: object
    given: Mapping[str, object]

    def forms(self) -> tuple[Form, ...]:
        """Return the forms that would do, one or the members of a union."""
        return self.form.members if isinstance(self.form, EitherForm) else (self.form,)

    def tensor_forms(self) -> tuple[TensorForm, ...]:
        """Return those of them that are torch tensors."""
        return tuple(form for form in self.forms() if isinstance(form, TensorForm))

    def has_wrong_type(self) -> bool:
        """Tell whether the value is of another class than any form asks for, whatever its sizes."""
        if isinstance(self.form, PlainForm):
            return not is_plain(self.value, self.form.hint)
        if self.is_judged():
            return False
        if all(isinstance(form, TensorForm | PlainForm) for form in self.forms()):
            return not any(isinstance(self.value, form.array_type) for form in self.tensor_forms())
        return True  # what is of the right container falls into other leaves

    def is_judged(self) -> bool:
        """Tell whether it may be an array that only the judge knows."""
        return any(isinstance(form, JudgedForm) for form in self.forms())


@dataclass(frozen=True)
class Readings:
    """The leaves of one value by each member of a union that it could be."""

    options: tuple[list["Leaf | Readings"], ...]


Part = Leaf | Readings
Accepts = Callable[[Sequence[Leaf]], bool]


def _any_will_do(leaves: Sequence[Leaf]) -> bool:
    del leaves
    return True


def call_leaves(
    boundary: Boundary,
    arguments: Mapping[str, object],
    given: Mapping[str, object],
    accepts: Accepts = _any_will_do,
) -> list[Leaf]:
    """Return the leaves of the arguments, in the order in which they are checked.

    Of several readings the first counts that `accepts` takes, together with all leaves before it.
    """
    return _resolved(
        [],
        (
            part
            for parameter in boundary.parameters
            if parameter.name in arguments
            and not _is_unchecked(boundary, parameter.name, arguments)
            for part in _parts(parameter.form, arguments[parameter.name], parameter.name, given)
        ),
        accepts,
    )


def _resolved(before: Sequence[Leaf], found: Iterable[Part], accepts: Accepts) -> list[Leaf]:
    leaves = list(before)
    for part in found:
        if isinstance(part, Leaf):
            leaves.append(part)
        else:
            readings = [_resolved(leaves, option, accepts) for option in part.options]
            leaves = next((reading for reading in readings if accepts(reading)), readings[0])
    return leaves


def _is_unchecked(boundary: Boundary, name: str, arguments: Mapping[str, object]) -> bool:
    return name in boundary.unchecked and arguments[name] is boundary.unchecked[name]


def result_leaves(
    boundary: Boundary,
    result: object,
    given: Mapping[str, object],
    before: Sequence[Leaf] = (),
    accepts: Accepts = _any_will_do,
) -> list[Leaf]:
    """Return the leaves of what the function gave back, where `before` are the arguments'."""
    if boundary.result is None:
        return []
    returned = _parts(boundary.result, result, RESULT, given)
    return _resolved(before, returned, accepts)[len(before) :]


def given_values(boundary: Boundary, arguments: Mapping[str, object]) -> dict[str, object]:
    """Evaluate every `{...}` of the annotations over the arguments of a call."""
    forms = [parameter.form for parameter in boundary.parameters]
    forms += [] if boundary.result is None else [boundary.result]
    return _given(forms, arguments)


def written(shape: Shape, given: Mapping[str, object]) -> str:
    """Return the text of `shape` with the values of its `{...}` written in, as an f-string does."""
    text = shape.text
    for axis in shape.axes:
        for field in axis.expression.fields if isinstance(axis, Sized) else ():
            if field.text in given and not hasattr(given[field.text], "shape"):  # slow to write
                text = text.replace(f"{{{field.text}}}", f"{given[field.text]}")
    return text


def concrete(shape: Shape, given: Mapping[str, object]) -> Shape:
    """Return `shape` with the values of its `{...}` written in, where that can be read."""
    text = written(shape, given)
    try:
        return shape if text == shape.text else _parsed(text)
    except ShapeSyntaxError:
        return shape


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Shape:
    return parse(text)


def _given(forms: list[Form], names: Mapping[str, object]) -> dict[str, object]:
    values: dict[str, object] = {}
    for form in forms:
        for tensor in _outside_records(form):
            for axis in tensor.shape.axes:
                for field in axis.expression.fields if isinstance(axis, Sized) else ():
                    # What cannot be read (`{config.heads}` of None) has no value to tell of.
                    with suppress(Exception):
                        values[field.text] = eval(field.text, {**names})
    return values


def _outside_records(form: Form) -> Iterator[TensorForm]:
    """Yield the tensors whose `{...}` read the arguments, not the fields of a record."""
    if isinstance(form, TensorForm):
        yield form
    if not isinstance(form, RecordForm):
        for part in parts(form):
            yield from _outside_records(part)


def _parts(form: Form, value: Any, path: str, given: Mapping[str, object]) -> Iterator[Part]:
    match form:
        case AnyForm():
            return
        case EitherForm():
            yield from _either_parts(form, value, path, given)
        case ItemsForm(_, container, item) if isinstance(value, container) and _has_items(value):
            for index, part in enumerate(value if isinstance(value, Collection) else ()):
                yield from _parts(item, part, f"{path}[{index}]", given)
        case TupleForm(_, members) if isinstance(value, tuple) and len(value) == len(members):
            for index, (member, part) in enumerate(zip(members, value, strict=True)):
                yield from _parts(member, part, f"{path}[{index}]", given)
        case SpreadForm() if isinstance(value, tuple) and len(value) > len(parts(form)) - 2:
            for index, (member, part) in enumerate(zip(_members(form, value), value, strict=True)):
                yield from _parts(member, part, f"{path}[{index}]", given)
        case MappingForm(_, container, key_form, value_form) if isinstance(value, container):
            value = cast(Mapping[object, object], value)
            for key, part in value.items():
                yield from _parts(key_form, key, f"{path}'s key {key!r}", given)
                yield from _parts(value_form, part, f"{path}[{key!r}]", given)
        case RecordForm(cls, fields) if isinstance(value, cls):
            held = {name: getattr(value, name, None) for name in record_names(cls)}
            inner = _given([field for _, field in fields], held | {"self": value})
            for name, field in fields:
                if hasattr(value, name):  # it may not be set yet
                    yield from _parts(field, held[name], f"{path}.{name}", inner)
        case KeysForm(_, keys, required) if isinstance(value, dict) and value.keys() >= required:
            for key, member in keys:
                if key in value:
                    yield from _parts(member, value[key], f"{path}[{key!r}]", given)
        case _:
            yield Leaf(path, form, value, given)


def _members(form: SpreadForm, value: Sequence[object]) -> Iterator[Form]:
    between = len(value) - len(form.before) - len(form.after)
    return chain(form.before, repeat(form.item, between), form.after)


def _has_items(value: object) -> bool:
    return getattr(value, "ndim", None) != 0  # a tensor without axes looks like a collection


def _either_parts(
    form: EitherForm, value: Any, path: str, given: Mapping[str, object]
) -> Iterator[Part]:
    whole = [member for member in form.members if isinstance(member, AnyForm)]
    simple = [m for m in form.members if isinstance(m, TensorForm | JudgedForm | PlainForm)]
    if whole or any(isinstance(m, PlainForm) and is_plain(value, m.hint) for m in simple):
        return
    itself: list[Part] = [
        Leaf(path, EitherForm(form.hint, tuple(simple) or form.members), value, given)
    ]
    options: list[list[Part]] = []
    for member in form.members:
        # A tensor is an Iterable too, of its rows.
        option = itself if member in simple else list(_parts(member, value, path, given))
        refused = any(isinstance(part, Leaf) and part.form is member for part in option)
        if not refused and all(option is not other for other in options):
            options.append(option)
    alone = [option for option in options if all(_fits_alone(part) for part in option)]
    if len(alone) > 1:
        yield Readings(tuple(alone))
        return
    containers = [option for option in options if option is not itself]
    is_tensor = any(not isinstance(m, PlainForm) for m in simple) and hasattr(value, "shape")
    nothing: list[Part] = [Leaf(path, form, value, given)]
    yield from (alone or [itself] * is_tensor or containers or [nothing])[0]


def _fits_alone(leaf: Part) -> bool:
    """Tell whether a leaf could fit, as long as no other tells the sizes of its axes."""
    if isinstance(leaf, Readings):
        return True
    sizes, dtype = getattr(leaf.value, "shape", None), getattr(leaf.value, "dtype", None)
    if sizes is None:
        return any(isinstance(f, PlainForm) and is_plain(leaf.value, f.hint) for f in leaf.forms())
    if any(isinstance(form, JudgedForm) for form in leaf.forms()):
        return True
    for form in leaf.tensor_forms():
        outcome = match(concrete(form.shape, leaf.given), tuple(sizes))
        may_fit = not isinstance(outcome, Mismatch) or outcome.kind == "unbound"
        if may_fit and (form.dtypes is None or dtype in form.dtypes):
            return True
    return False
