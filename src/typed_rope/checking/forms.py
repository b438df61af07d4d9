"""What a type hint asks of a value, as a small tree.

    Optional[tuple[Float[Tensor, "b t"], ...]]      EitherForm
                                                     ├─ PlainForm(None)
                                                     └─ ItemsForm(tuple)
                                                         └─ TensorForm("b t")

Only the tensors matter here, and the way to each of them: a hint without a tensor inside, however
deep, is one PlainForm, which beartype judges as a whole. The generated guard, the judge and the
explanations all read this one tree.
"""

import collections.abc as abc
import types
import typing
from dataclasses import dataclass, is_dataclass
from functools import lru_cache
from types import FrameType
from typing import Annotated, Any, NewType, TypeVar, Union, get_args, get_origin, is_typeddict

import torch
from jaxtyping import AbstractArray
from torch import Tensor

from typed_rope.checking.hints import class_hints
from typed_rope.shapes import Named, Shape, ShapeSyntaxError, Variadic, parse


@dataclass(frozen=True)
class AnyForm:
    """Accepts everything."""

    hint: Any


@dataclass(frozen=True)
class PlainForm:
    """A hint without tensors, for beartype."""

    hint: Any


@dataclass(frozen=True)
class TensorForm:
    """`Float[Tensor, "b h t d"]`."""

    hint: Any
    shape: Shape
    array_type: type
    dtypes: frozenset[torch.dtype] | None  # None: any

    @property
    def family(self) -> str:
        """The name before the bracket: `Float`."""
        return str(self.hint.dtype.__name__)


@dataclass(frozen=True)
class JudgedForm:
    """Arrays in a form that only the judge knows, such as `Float[np.ndarray, "t d"]`."""

    hint: Any


@dataclass(frozen=True)
class EitherForm:
    """A union; the first member that fits is taken, as beartype does."""

    hint: Any
    members: tuple["Form", ...]


@dataclass(frozen=True)
class ItemsForm:
    """Any number of items of one form: `list[T]`, `tuple[T, ...]`, `Sequence[T]`, `*args: T`."""

    hint: Any
    container: type
    item: "Form"


@dataclass(frozen=True)
class TupleForm:
    """`tuple[A, B]`."""

    hint: Any
    members: tuple["Form", ...]


@dataclass(frozen=True)
class MappingForm:
    """`dict[K, T]`, `Mapping[K, T]`, `**kwargs: T`."""

    hint: Any
    container: type
    key: "Form"
    value: "Form"


@dataclass(frozen=True)
class RecordForm:
    """A dataclass or NamedTuple, by those of its fields that hold tensors."""

    hint: type
    fields: tuple[tuple[str, "Form"], ...]


@dataclass(frozen=True)
class KeysForm:
    """A TypedDict, by those of its keys that hold tensors; one not `required` may be missing."""

    hint: Any
    keys: tuple[tuple[str, "Form"], ...]
    required: frozenset[str]


Form = (
    AnyForm
    | PlainForm
    | TensorForm
    | JudgedForm
    | EitherForm
    | ItemsForm
    | TupleForm
    | MappingForm
    | RecordForm
    | KeysForm
)

_QUALIFIERS = (typing.Final, typing.ClassVar, typing.Required, typing.NotRequired)
_ITEMS = (list, set, frozenset, abc.Sequence, abc.MutableSequence, abc.Set, abc.MutableSet)
_ONE_PASS = (abc.Iterable, abc.Collection, abc.Reversible, abc.Container)
_MAPPINGS = (dict, abc.Mapping, abc.MutableMapping)


def form_of(hint: Any, frame: FrameType | None, *, inside: tuple[type, ...] = ()) -> Form:
    """Read a live hint; `inside` are the records that it is a field of."""
    hint = _unwrapped(hint)
    if hint is Any or hint is object:
        return AnyForm(hint)
    if isinstance(hint, type) and issubclass(hint, AbstractArray):
        return _array_form(hint)
    if _is_record(hint) and hint not in inside:
        fields = _tensor_fields(hint, frame, (*inside, hint))
        return RecordForm(hint, fields) if fields else PlainForm(hint)
    if is_typeddict(hint) and (keys := _tensor_keys(hint, frame, inside)):
        return KeysForm(hint, keys, hint.__required_keys__)
    form = _generic_form(hint, frame, inside)
    if form is not None and _holds_tensors(form):
        return form
    return PlainForm(type(None) if hint is None else hint)


def container_form(hint: Any) -> Form | None:
    """Read a hint of a container, whatever it holds; None for any other hint."""
    return _generic_form(hint, None, ())


def tensor_forms(form: Form) -> tuple[TensorForm, ...]:
    """Return every tensor that `form` speaks of, in the order in which they are checked."""
    return tuple(leaf for leaf in _leaves(form) if isinstance(leaf, TensorForm))


def is_judged(form: Form) -> bool:
    """Tell whether some part of `form` is known to the judge alone."""
    return any(isinstance(leaf, JudgedForm) for leaf in _leaves(form))


def _holds_tensors(form: Form) -> bool:
    return any(isinstance(leaf, TensorForm | JudgedForm) for leaf in _leaves(form))


def parts(form: Form) -> tuple[Form, ...]:
    """Return the forms that `form` is made of, in the order in which they are checked."""
    match form:
        case EitherForm(members=members) | TupleForm(members=members):
            return members
        case ItemsForm(item=item):
            return (item,)
        case MappingForm(key=key, value=value):
            return (key, value)
        case RecordForm(fields=named) | KeysForm(keys=named):
            return tuple(member for _, member in named)
        case _:
            return ()


def _leaves(form: Form) -> tuple[Form, ...]:
    inner = parts(form)
    return tuple(leaf for part in inner for leaf in _leaves(part)) if inner else (form,)


def _unwrapped(hint: Any) -> Any:
    """Strip the names that stand for another hint: Annotated, NewType, TypeVar, `type X = ...`."""
    while True:
        if get_origin(hint) is Annotated and not any(map(_is_validator, hint.__metadata__)):
            hint = hint.__origin__
        elif isinstance(hint, NewType) and _names_tensors(hint.__supertype__):
            hint = hint.__supertype__
        elif isinstance(hint, TypeVar) and _names_tensors(hint.__bound__):
            hint = hint.__bound__
        elif type(hint).__name__ == "TypeAliasType":
            hint = hint.__value__
        elif get_origin(hint) in _QUALIFIERS:
            (hint,) = get_args(hint)
        else:
            return hint


def _is_validator(metadata: object) -> bool:
    return type(metadata).__module__.partition(".")[0] == "beartype"


def _names_tensors(hint: Any) -> bool:
    return _holds_tensors(form_of(hint, None))


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
        return JudgedForm(hint) if _holds_tensors(part(hint.__origin__)) else None
    if origin is Union or origin is types.UnionType:
        return EitherForm(hint, tuple(part(argument) for argument in arguments))
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


def _is_record(hint: Any) -> bool:
    return isinstance(hint, type) and (is_dataclass(hint) or is_named_tuple(hint))


def is_named_tuple(cls: type) -> bool:
    """Tell whether `cls` was made by NamedTuple."""
    return issubclass(cls, tuple) and hasattr(cls, "_fields")


def record_names(cls: type) -> tuple[str, ...]:
    """Return the names of all fields of a dataclass or NamedTuple."""
    names: tuple[str, ...] = tuple(getattr(cls, "_fields", ()))
    return names or tuple(getattr(cls, "__dataclass_fields__", ()))


def _tensor_keys(
    hint: Any, frame: FrameType | None, inside: tuple[type, ...]
) -> tuple[tuple[str, Form], ...]:
    hints = class_hints(hint, frame)
    forms = [(key, form_of(hints[key], frame, inside=inside)) for key in hints]
    return tuple((key, form) for key, form in forms if _holds_tensors(form))


def _tensor_fields(
    cls: type, frame: FrameType | None, inside: tuple[type, ...]
) -> tuple[tuple[str, Form], ...]:
    hints = class_hints(cls, frame)
    names = [name for name in record_names(cls) if name in hints]
    forms = [(name, form_of(hints[name], frame, inside=inside)) for name in names]
    return tuple((name, form) for name, form in forms if _holds_tensors(form))
