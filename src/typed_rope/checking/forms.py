"""What a type hint asks of a value, as a small tree.

    Optional[tuple[Float[Tensor, "b t"], ...]]      EitherForm
                                                     ├─ PlainForm(None)
                                                     └─ ItemsForm(tuple)
                                                         └─ TensorForm("b t")

Only the tensors matter here, and the way to each of them: a hint without a tensor inside, however
deep, is one PlainForm, which beartype judges as a whole. The generated guard, the judge and the
explanations all read this one tree.
"""

from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Any, cast

import torch

from typed_rope.shapes import Shape


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
class SpreadForm:
    """`tuple[A, *tuple[B, ...], C]`: any number of items of one form between others."""

    hint: Any
    before: tuple["Form", ...]
    item: "Form"
    after: tuple["Form", ...]


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
    | SpreadForm
    | MappingForm
    | RecordForm
    | KeysForm
)


def tensor_forms(form: Form) -> tuple[TensorForm, ...]:
    """Return every tensor that `form` speaks of, in the order in which they are checked."""
    return tuple(leaf for leaf in _leaves(form) if isinstance(leaf, TensorForm))


def is_judged(form: Form) -> bool:
    """Tell whether some part of `form` is known to the judge alone."""
    return any(isinstance(leaf, JudgedForm) for leaf in _leaves(form))


def holds_tensors(form: Form) -> bool:
    """Tell whether a form speaks of any tensor or other array."""
    return any(isinstance(leaf, TensorForm | JudgedForm) for leaf in _leaves(form))


def parts(form: Form) -> tuple[Form, ...]:
    """Return the forms that `form` is made of, in the order in which they are checked."""
    match form:
        case EitherForm(members=members) | TupleForm(members=members):
            return members
        case ItemsForm(item=item):
            return (item,)
        case SpreadForm(before=before, item=item, after=after):
            return (*before, item, *after)
        case MappingForm(key=key, value=value):
            return (key, value)
        case RecordForm(fields=named) | KeysForm(keys=named):
            return tuple(member for _, member in named)
        case _:
            return ()


def alternatives(form: Form) -> tuple[Form, ...]:
    """Return the members of a union, and of the unions among them."""
    if not isinstance(form, EitherForm):
        return (form,)
    return tuple(inner for member in form.members for inner in alternatives(member))


def _leaves(form: Form) -> tuple[Form, ...]:
    inner = parts(form)
    return tuple(leaf for part in inner for leaf in _leaves(part)) if inner else (form,)


def is_named_tuple(cls: type) -> bool:
    """Tell whether `cls` was made by NamedTuple."""
    return issubclass(cls, tuple) and hasattr(cls, "_fields")


def record_names(cls: type) -> tuple[str, ...]:
    """Return the names of all fields of a dataclass or NamedTuple."""
    names: tuple[str, ...] = tuple(getattr(cls, "_fields", ()))
    return names or tuple(getattr(cls, "__dataclass_fields__", ()))


class Unset:
    """Stands for the value of a field that an instance does not have yet."""


def may_be_unset(cls: type) -> frozenset[str]:
    """Return the fields of a dataclass that its `__init__` need not set."""
    if not is_dataclass(cls):
        return frozenset()
    generated = cast(Any, cls).__dataclass_params__.init
    return frozenset(
        field.name
        for field in fields(cls)
        if not generated
        or (not field.init and field.default is MISSING and field.default_factory is MISSING)
    )
