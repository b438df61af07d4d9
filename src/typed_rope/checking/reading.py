"""Read a live type hint into a form.

A name that stands for another hint is looked through, a container or record is taken apart, and a
hint that holds tensors in some way that is not known here is left to the judge, never skipped.
"""

import collections.abc as abc
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import is_dataclass
from functools import lru_cache
from types import FrameType
from typing import Annotated, Any, NewType, TypeVar, Union, get_args, get_origin, is_typeddict

import torch
from jaxtyping import AbstractArray
from torch import Tensor

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
    holds_tensors,
    is_named_tuple,
    record_names,
)
from typed_rope.checking.hints import class_hints
from typed_rope.shapes import Named, ShapeSyntaxError, Variadic, parse

_QUALIFIERS = (typing.Final, typing.ClassVar, typing.Required, typing.NotRequired)
_ITEMS = (list, set, frozenset, abc.Sequence, abc.MutableSequence, abc.Set, abc.MutableSet)
_ONE_PASS = (abc.Iterable, abc.Collection, abc.Reversible, abc.Container)
# Whatever another function takes.
_HANDED_ON = (typing.ParamSpecArgs, typing.ParamSpecKwargs, typing.TypeVarTuple)
# Of these a checker sees no tensor: they would have to be called, or walked and so used up.
_HOLD_NOTHING = (
    type,
    abc.Callable,
    abc.Iterator,
    abc.Generator,
    abc.AsyncIterable,
    abc.AsyncIterator,
    abc.AsyncGenerator,
    abc.Awaitable,
    abc.Coroutine,
)
_MAPPINGS = (dict, abc.Mapping, abc.MutableMapping)


def form_of(hint: Any, frame: FrameType | None, *, inside: tuple[type, ...] = ()) -> Form:
    """Read a live hint; `inside` are the records that it is a field of."""
    hint = _unwrapped(hint)
    if hint is Any or hint is object or isinstance(hint, _HANDED_ON):
        return AnyForm(hint)
    if isinstance(hint, type) and issubclass(hint, AbstractArray):
        return _array_form(hint)
    record = get_origin(hint) or hint  # of `State[int]` the class
    if _is_record(record) and record not in inside:
        fields = _tensor_fields(hint, record, frame, (*inside, record))
        return RecordForm(record, fields) if fields else PlainForm(hint)
    if is_typeddict(record) and (keys := _tensor_keys(hint, record, frame, inside)):
        return KeysForm(hint, keys, _required_keys(record, frame))
    form = _generic_form(hint, frame, inside)
    if form is not None and holds_tensors(form):
        return form
    if form is None and record not in inside and _mentions_tensors(hint):
        return JudgedForm(hint)
    return PlainForm(type(None) if hint is None else hint)


def container_form(hint: Any) -> Form | None:
    """Read a hint of a container, whatever it holds; None for any other hint."""
    return _generic_form(hint, None, ())


def _unwrapped(hint: Any) -> Any:
    """Strip the names that stand for another hint: Annotated, NewType, TypeVar, `type X = ...`."""
    while True:
        if get_origin(hint) is Annotated and not any(map(_is_validator, hint.__metadata__)):
            hint = hint.__origin__
        elif isinstance(hint, NewType) and _names_tensors(hint.__supertype__):
            hint = hint.__supertype__
        elif isinstance(hint, TypeVar) and _names_tensors(hint.__bound__):
            hint = hint.__bound__
        elif isinstance(hint, TypeVar) and any(map(_names_tensors, hint.__constraints__)):
            hint = Union[hint.__constraints__]  # noqa: UP007 # of as many as there are
        elif type(hint).__name__ == "TypeAliasType":
            hint = hint.__value__
        elif get_origin(hint) in _QUALIFIERS:
            (hint,) = get_args(hint)
        else:
            return hint


def _is_validator(metadata: object) -> bool:
    return type(metadata).__module__.partition(".")[0] == "beartype"


def _names_tensors(hint: Any) -> bool:
    return holds_tensors(form_of(hint, None))


def _array_form(hint: Any) -> Form:
    array_type = hint.array_type
    if not (isinstance(array_type, type) and issubclass(array_type, Tensor)):
        return JudgedForm(hint)
    shape = parse(hint.dim_str)
    for axis in shape.axes:
        if isinstance(axis, Named | Variadic) and axis.treepath:
            raise ShapeSyntaxError.at(
                shape.text, axis.span, "'?' has a meaning only inside a PyTree", "Drop the '?'."
            )
    any_dtype = not isinstance(hint.dtypes, list | tuple)
    dtypes = None if any_dtype else _torch_dtypes(tuple(hint.dtypes))
    return TensorForm(hint, shape, array_type, dtypes)


@lru_cache(maxsize=64)
def _torch_dtypes(patterns: tuple[Any, ...]) -> frozenset[torch.dtype]:
    everything = {value for value in vars(torch).values() if isinstance(value, torch.dtype)}
    return frozenset(
        dtype
        for dtype in everything
        if any(_matches(pattern, str(dtype).rpartition(".")[2]) for pattern in patterns)
    )


def _matches(pattern: Any, name: str) -> bool:
    return pattern == name if isinstance(pattern, str) else bool(pattern.match(name))


def _generic_form(hint: Any, frame: FrameType | None, inside: tuple[type, ...]) -> Form | None:
    origin, arguments = get_origin(hint), get_args(hint)

    def part(argument: Any) -> Form:
        return form_of(argument, frame, inside=inside)

    if origin is Annotated:
        return JudgedForm(hint) if holds_tensors(part(hint.__origin__)) else None
    if origin is Union or origin is types.UnionType:
        return EitherForm(hint, tuple(part(argument) for argument in arguments))
    if origin is tuple and any(map(_is_unpacked, arguments)):
        return _spread_form(hint, _laid_out(arguments), part)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return ItemsForm(hint, tuple, part(arguments[0]))
    if origin is tuple:
        return TupleForm(hint, tuple(part(argument) for argument in arguments))
    if not isinstance(origin, type) or not arguments:
        return None
    if origin in _ONE_PASS or (len(arguments) == 1 and issubclass(origin, _ITEMS)):
        return ItemsForm(hint, origin, part(arguments[0]))
    if len(arguments) == 2 and issubclass(origin, _MAPPINGS):
        return MappingForm(hint, origin, part(arguments[0]), part(arguments[1]))
    return None


def _laid_out(arguments: Iterable[Any]) -> list[Any]:
    """Put the items of an unpacked tuple in its place; one of any length stays as it is."""
    laid_out: list[Any] = []
    for argument in arguments:
        # `*tuple[A, B]` and Unpack[tuple[A, B]]: the arguments of the first are those of its tuple.
        whole = get_args(argument)[0] if get_origin(argument) is typing.Unpack else argument
        inner = get_args(whole) if get_origin(whole) is tuple and _is_unpacked(argument) else ()
        fixed = inner and inner[-1] is not Ellipsis
        laid_out += _laid_out(inner) if fixed else [argument]
    return laid_out


def _spread_form(hint: Any, members: list[Any], part: Callable[[Any], Form]) -> Form:
    places = [place for place, member in enumerate(members) if _is_unpacked(member)]
    if not places:
        return TupleForm(hint, tuple(map(part, members)))
    (place,) = places  # Python itself allows for no second one of any length
    inner = get_args(members[place])[0]
    item = get_args(inner)[0] if get_origin(inner) is tuple else inner
    before, after = members[:place], members[place + 1 :]
    return SpreadForm(hint, tuple(map(part, before)), part(item), tuple(map(part, after)))


def _is_unpacked(hint: Any) -> bool:
    return bool(getattr(hint, "__unpacked__", False)) or get_origin(hint) is typing.Unpack


def _mentions_tensors(hint: Any) -> bool:
    """Tell whether a hint that is not understood holds tensors, such as `ItemsView[str, T]`."""
    if isinstance(hint, type) and issubclass(hint, AbstractArray):
        return True
    if get_origin(hint) in _HOLD_NOTHING:
        return False
    inner = get_args(hint) or getattr(hint, "__orig_bases__", ())
    return any(_mentions_tensors(part) for part in inner if not isinstance(part, str))


def _is_record(hint: Any) -> bool:
    return isinstance(hint, type) and (is_dataclass(hint) or is_named_tuple(hint))


def _tensor_keys(
    hint: Any, record: Any, frame: FrameType | None, inside: tuple[type, ...]
) -> tuple[tuple[str, Form], ...]:
    hints = _member_hints(hint, record, frame)
    forms = [(key, form_of(hints[key], frame, inside=inside)) for key in hints]
    return tuple((key, form) for key, form in forms if holds_tensors(form))


def _required_keys(record: Any, frame: FrameType | None) -> frozenset[str]:
    """Correct what Python believes of keys whose `NotRequired[...]` stands in a string."""
    required = set(record.__required_keys__)
    for key, hint in class_hints(record, frame, lenient=True).items():
        origin = get_origin(hint)
        if origin in (typing.Required, typing.NotRequired):
            (required.add if origin is typing.Required else required.discard)(key)
    return frozenset(required)


def _member_hints(hint: Any, record: Any, frame: FrameType | None) -> dict[str, Any]:
    """Return the hints of a record's members, its type parameters replaced by what they stand for.

    The class may not be the author's: what cannot be resolved there and is no tensor is left out.
    """
    given = dict(zip(getattr(record, "__parameters__", ()), get_args(hint), strict=False))
    hints = class_hints(record, frame, lenient=True)
    return {name: _with_arguments(member, given) for name, member in hints.items()}


def _with_arguments(hint: Any, given: Mapping[Any, Any]) -> Any:
    """Put types for the type variables of a hint, however deep they stand."""
    if isinstance(hint, TypeVar):
        return given.get(hint, hint)
    variables = () if isinstance(hint, type) else getattr(hint, "__parameters__", ())
    if not any(variable in given for variable in variables):
        return hint
    return hint[tuple(given.get(variable, variable) for variable in variables)]


def _tensor_fields(
    hint: Any, record: type, frame: FrameType | None, inside: tuple[type, ...]
) -> tuple[tuple[str, Form], ...]:
    hints = _member_hints(hint, record, frame)
    names = [name for name in record_names(record) if name in hints]
    forms = [(name, form_of(hints[name], frame, inside=inside)) for name in names]
    return tuple((name, form) for name, form in forms if holds_tensors(form))
