"""What a function promises at its boundary: a form for every parameter, and one for the result.

The axes are read as one system. Axes that are named bind a size, expressions (`d/2`) ask for one
that is bound; parameters whose expressions wait for a name that stands further right are put after
it, so that a table may come before the tensor that it belongs to.
"""

import inspect
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import FrameType, FunctionType
from typing import Any

from typed_rope.checking.forms import (
    AnyForm,
    Form,
    ItemsForm,
    MappingForm,
    PlainForm,
    RecordForm,
    TensorForm,
    holds_tensors,
    parts,
    record_names,
    tensor_forms,
)
from typed_rope.checking.hints import function_hints
from typed_rope.checking.plain import is_plain
from typed_rope.checking.reading import form_of
from typed_rope.shapes import Shape, ShapeSyntaxError, Sized

RESULT = "return"


@dataclass(frozen=True)
class Parameter:
    """One annotated parameter, or a field of a checked class."""

    name: str
    form: Form


@dataclass(frozen=True, eq=False)
class Boundary:
    """All that the annotations of one function say."""

    function: str
    names: tuple[str, ...]  # of all parameters, annotated or not, in order
    parameters: tuple[Parameter, ...]  # the annotated ones, in the order in which they are checked
    result: Form | None
    signature: inspect.Signature | None = None  # None for a record, whose names are its fields
    unchecked: Mapping[str, object] = field(default_factory=dict)
    memory: dict[object, Any] = field(default_factory=dict, repr=False)  # of what was worked out

    def but(self, defaults: Mapping[str, object]) -> "Boundary":
        """Leave alone those defaults that do not fit, while they are what is given.

        Python never checks the default in `x: int = None`, and beartype does not either.
        """
        tensors = {p.name for p in self.parameters if not isinstance(p.form, AnyForm | PlainForm)}
        plain = {p.name: p.form.hint for p in self.parameters if isinstance(p.form, PlainForm)}
        unchecked = {
            name: default
            for name, default in defaults.items()
            if (name in tensors and not hasattr(default, "shape"))
            or (name in plain and not is_plain(default, plain[name]))
        }
        return replace(self, unchecked=unchecked)


def function_boundary(
    function: FunctionType, frame: FrameType | None, *, shapes_only: bool = False
) -> Boundary:
    """Read the annotations of `function`; what cannot be read is an error here."""
    hints = function_hints(function, frame)
    result = hints.pop(RESULT, None) if RESULT in function.__annotations__ else inspect._empty
    signature = inspect.signature(function)
    parameters = [
        Parameter(name, _parameter_form(parameter.kind, hints[name], frame))
        for name, parameter in signature.parameters.items()
        if name in hints
    ]
    form = None if result is inspect._empty else form_of(_result_hint(function, result), frame)
    if shapes_only:
        parameters = [p for p in parameters if holds_tensors(p.form)]
        form = form if form is not None and holds_tensors(form) else None
    boundary = make_boundary(
        function.__qualname__.rpartition("<locals>.")[2],
        tuple(signature.parameters),
        parameters,
        form,
        signature,
    )
    given = signature.parameters.values()
    return boundary.but({p.name: p.default for p in given if p.default is not p.empty})


def make_boundary(
    function: str,
    names: tuple[str, ...],
    parameters: Iterable[Parameter],
    result: Form | None,
    signature: inspect.Signature | None = None,
) -> Boundary:
    """Check that the axes can be evaluated, and put the parameters in an order that binds them."""
    parameters = tuple(parameters)
    bound = {name for parameter in parameters for name in _bound(parameter.form)}
    for parameter in parameters:
        _require_readable(parameter.form, bound, frozenset(names))
    if result is not None:
        _require_readable(result, bound | set(_bound(result)), frozenset(names))
    return Boundary(function, names, tuple(_in_binding_order(parameters)), result, signature)


def _parameter_form(kind: Any, hint: Any, frame: FrameType | None) -> Form:
    variable = kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    if variable and typing.get_origin(hint) is typing.Unpack:  # all of them at once
        return form_of(typing.get_args(hint)[0], frame)
    if variable and getattr(hint, "__unpacked__", False):  # *tuple[A, B]
        whole: Any = tuple.__class_getitem__(typing.get_args(hint))
        return form_of(whole, frame)
    form = form_of(hint, frame)
    if kind is inspect.Parameter.VAR_POSITIONAL and not isinstance(form, AnyForm):
        return ItemsForm(tuple[hint, ...], tuple, form)
    if kind is inspect.Parameter.VAR_KEYWORD and not isinstance(form, AnyForm):
        return MappingForm(dict[str, hint], dict, form_of(str, frame), form)
    return form


def _result_hint(function: FunctionType, hint: Any) -> Any:
    """Return what a call gives back: a generator is not asked for what it will yield."""
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        return Any
    if typing.get_origin(hint) in (typing.TypeGuard, getattr(typing, "TypeIs", typing.TypeGuard)):
        return bool
    return type(None) if hint in (typing.NoReturn, typing.Never) else hint


def _bound(form: Form) -> Iterator[str]:
    for tensor in tensor_forms(form):
        yield from tensor.shape.names


def _asked(form: Form) -> Iterator[str]:
    for tensor in tensor_forms(form):
        for axis in tensor.shape.axes:
            if isinstance(axis, Sized):
                yield from axis.expression.names


def reads(form: Form) -> set[str]:
    """Return the arguments that the `{...}` of a form read."""
    axes = [axis for shape, _ in _shapes(form, frozenset()) for axis in shape.axes]
    sized = [axis for axis in axes if isinstance(axis, Sized)]
    return {name for axis in sized for given in axis.expression.fields for name in given.names}


def _require_readable(form: Form, bound: set[str], arguments: frozenset[str]) -> None:
    """Raise for an axis that no call could ever evaluate."""
    for shape, visible in _shapes(form, arguments):
        for axis in shape.axes:
            if isinstance(axis, Sized):
                _require_bound(shape, axis, bound)
                _require_given(shape, axis, visible)


def _shapes(form: Form, arguments: frozenset[str]) -> Iterator[tuple[Shape, frozenset[str]]]:
    """Yield each shape with the names that its `{...}` may read: a record has its own."""
    if isinstance(form, TensorForm):
        yield form.shape, arguments
    inside = arguments
    if isinstance(form, RecordForm):
        inside = frozenset((*record_names(form.hint), "self"))
    for part in parts(form):
        yield from _shapes(part, inside)


def _require_bound(shape: Shape, axis: Sized, bound: set[str]) -> None:
    for name in sorted(axis.expression.names - bound):
        start, end = axis.expression.where(name)
        raise ShapeSyntaxError.at(
            shape.text,
            (axis.start + start, axis.start + end),
            f"no axis of this signature is named {name}",
            f"Name an axis {name} on some tensor, or write {{{name}}} for an argument.",
        )


def _require_given(shape: Shape, axis: Sized, arguments: frozenset[str]) -> None:
    for given in axis.expression.fields:
        for name in sorted(set(given.names) - arguments):
            raise ShapeSyntaxError.at(
                shape.text,
                axis.span,
                f"{{{given.text}}} reads {name}, which is no argument",
                f"It can read {', '.join(sorted(arguments)) or 'nothing'}.",
            )


def _in_binding_order(parameters: tuple[Parameter, ...]) -> Iterator[Parameter]:
    waiting, known = list(parameters), set[str]()
    while waiting:
        ready = (p for p in waiting if set(_asked(p.form)) <= known | set(_bound(p.form)))
        parameter = next(ready, waiting[0])
        waiting.remove(parameter)
        known |= set(_bound(parameter.form))
        yield parameter
