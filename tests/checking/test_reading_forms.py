"""Which form each hint is read into: looked through, taken apart, judged, or left to beartype."""

import collections.abc as abc
import sys
from collections.abc import Callable
from dataclasses import dataclass
from textwrap import dedent
from types import ModuleType
from typing import (
    Annotated,
    Any,
    ClassVar,
    Final,
    Generic,
    NamedTuple,
    NewType,
    NotRequired,
    ParamSpec,
    Required,
    TypeAlias,
    TypedDict,
    TypeVar,
    TypeVarTuple,
    Unpack,
    cast,
)

import numpy as np
import pytest
import torch
from beartype.vale import Is
from jaxtyping import Float, Shaped
from torch import Tensor
from torch.nn import Parameter

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
)
from typed_rope.checking.reading import container_form, form_of
from typed_rope.shapes import ShapeSyntaxError

Row: TypeAlias = Float[Tensor, " a"]
Array: TypeAlias = Float[np.ndarray, " a"]
P = ParamSpec("P")
T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Bounded = TypeVar("Bounded", bound=Row)
Constrained = TypeVar("Constrained", Row, Float[Tensor, "a b"])
Rows = NewType("Rows", Row)
Count = NewType("Count", int)


HANDED_ON: Any = cast(Any, P)
SPELLED_ANY: Any = tuple[int, Unpack[tuple[Row, ...]]]  # noqa: UP044 # the spelling is the case
SPELLED_TWO: Any = tuple[int, Unpack[tuple[Row, str]]]  # noqa: UP044 # as well


class TypeAliasType:
    """Stands for `type X = ...`, which Python 3.11 has not."""

    def __init__(self, value: object) -> None:
        self.__value__ = value


class Pair(NamedTuple):
    x: Float[Tensor, " a"]
    n: int


@dataclass
class Plain:
    n: int


@dataclass
class Tree:
    x: Float[Tensor, " a"]
    children: "list[Tree]"


@dataclass
class Held(Generic[T]):
    x: T
    more: list[T]


class Keys(TypedDict):
    x: Float[Tensor, " a"]
    n: int


class PlainKeys(TypedDict):
    n: int


class Spelled(TypedDict, total=False):
    x: "Required[Float[Tensor, ' a']]"
    y: "Float[Tensor, ' a']"


class SpelledTotal(TypedDict):
    x: Float[Tensor, " a"]
    y: "NotRequired[Float[Tensor, ' a']]"


class Tensors(list[Float[Tensor, " a"]]): ...


FORMS: list[tuple[Any, type, list[type]]] = [
    (Row, TensorForm, []),
    (Array, JudgedForm, []),
    (Any, AnyForm, []),
    (object, AnyForm, []),
    (HANDED_ON.args, AnyForm, []),
    (HANDED_ON.kwargs, AnyForm, []),
    (int, PlainForm, []),
    (None, PlainForm, []),
    (Tensor, PlainForm, []),
    # ---- names for another hint
    (Annotated[Row, "a note"], TensorForm, []),
    (Annotated[Row, Is[lambda x: True]], JudgedForm, []),
    (Annotated[int, Is[lambda n: n > 0]], PlainForm, []),
    (Annotated[int, "a note"], PlainForm, []),
    (Rows, TensorForm, []),
    (Count, PlainForm, []),
    (Bounded, TensorForm, []),
    (Constrained, EitherForm, [TensorForm, TensorForm]),
    (T, PlainForm, []),
    (TypeAliasType(Row), TensorForm, []),
    (TypeAliasType(list[Row]), ItemsForm, [TensorForm]),
    (Final[Row], TensorForm, []),
    (ClassVar[Row], TensorForm, []),
    (Annotated[Rows, "a note"], TensorForm, []),
    # ---- containers
    (Row | None, EitherForm, [TensorForm, PlainForm]),
    (int | None, PlainForm, []),
    (list[Row], ItemsForm, [TensorForm]),
    (set[Row], ItemsForm, [TensorForm]),
    (list[int], PlainForm, []),
    (list, PlainForm, []),
    (abc.Sequence[Row], ItemsForm, [TensorForm]),
    (abc.Iterable[Row], ItemsForm, [TensorForm]),
    (abc.Collection[Row], ItemsForm, [TensorForm]),
    (abc.Container[Row], ItemsForm, [TensorForm]),
    (tuple[Row, ...], ItemsForm, [TensorForm]),
    (tuple[Row, int], TupleForm, [TensorForm, PlainForm]),
    (tuple[Row], TupleForm, [TensorForm]),
    (tuple[int, str], PlainForm, []),
    (tuple[int, *tuple[Row, ...], str], SpreadForm, [PlainForm, TensorForm, PlainForm]),
    (SPELLED_ANY, SpreadForm, [PlainForm, TensorForm]),
    (tuple[Row, *Ts], SpreadForm, [TensorForm, AnyForm]),  # type: ignore[valid-type] # of no function
    (tuple[int, *tuple[Row, str], Row], TupleForm, [PlainForm, TensorForm, PlainForm, TensorForm]),
    (SPELLED_TWO, TupleForm, [PlainForm, TensorForm, PlainForm]),
    (tuple[*tuple[int, *tuple[Row, ...]], str], SpreadForm, [PlainForm, TensorForm, PlainForm]),
    (dict[str, Row], MappingForm, [PlainForm, TensorForm]),
    (abc.Mapping[Row, int], MappingForm, [TensorForm, PlainForm]),
    (dict[str, int], PlainForm, []),
    # ---- records
    (Pair, RecordForm, [TensorForm]),
    (Plain, PlainForm, []),
    (Tree, RecordForm, [TensorForm]),
    (Held[Row], RecordForm, [TensorForm, ItemsForm]),
    (Held[int], PlainForm, []),
    (Held, PlainForm, []),
    (Keys, KeysForm, [TensorForm]),
    (PlainKeys, PlainForm, []),
    # ---- what is not understood
    (Tensors, JudgedForm, []),
    (abc.ItemsView[str, Row], JudgedForm, []),
    (abc.ItemsView[str, int], PlainForm, []),
    (Callable[[Row], int], PlainForm, []),
    (type[Row], PlainForm, []),
    (abc.Iterator[Row], PlainForm, []),
    (abc.Generator[Row, None, None], PlainForm, []),
    (abc.Awaitable[Row], PlainForm, []),
    (list[Array], ItemsForm, [JudgedForm]),
]  # fmt: skip


def shape_of(form: Form) -> list[type]:
    return [type(part) for part in parts(form)]


@pytest.mark.parametrize(("hint", "kind", "inner"), FORMS)
def test_a_hint_is_read_into_its_form(hint: Any, kind: type, inner: list[type]) -> None:
    form = form_of(hint, None)
    assert type(form) is kind
    assert shape_of(form) == inner


def test_a_form_keeps_the_hint_as_it_was_written() -> None:
    for hint in (int | None, list[Row], dict[str, Row], tuple[Row, int], Row | None, list[int]):
        assert form_of(hint, None).hint == hint
    assert form_of(None, None).hint is type(None)
    assert form_of(Held[Row], None).hint is Held


def test_a_record_that_holds_itself_is_taken_apart_once() -> None:
    form = form_of(Tree, None)
    assert isinstance(form, RecordForm)
    assert [name for name, _ in form.fields] == ["x"]


@pytest.mark.parametrize(
    ("hint", "container"),
    [
        (list[Row], list),
        (tuple[Row, ...], tuple),
        (abc.Sequence[Row], abc.Sequence),
        (abc.Iterable[Row], abc.Iterable),
        (dict[str, Row], dict),
        (abc.Mapping[str, Row], abc.Mapping),
    ],
)
def test_a_container_is_that_of_the_hint(hint: Any, container: type) -> None:
    form = form_of(hint, None)
    assert isinstance(form, ItemsForm | MappingForm)
    assert form.container is container


@pytest.mark.parametrize(
    ("hint", "kind"),
    [
        (list[int], ItemsForm), (dict[str, int], MappingForm), (tuple[int, str], TupleForm),
        (int | None, EitherForm), (int, None), (list, None), (Row, None),
    ],
)  # fmt: skip
def test_a_container_can_be_read_whatever_it_holds(hint: Any, kind: type | None) -> None:
    form = container_form(hint)
    assert (None if form is None else type(form)) == kind


@pytest.mark.parametrize(
    ("keys", "required"), [(Keys, {"x", "n"}), (Spelled, {"x"}), (SpelledTotal, {"x"})]
)
def test_a_key_is_required_as_its_text_says(keys: Any, required: set[str]) -> None:
    form = form_of(keys, None)
    assert isinstance(form, KeysForm)
    assert form.required == required


def test_the_keys_of_a_foreign_class_need_not_all_be_resolved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = ModuleType("foreign_keys")
    monkeypatch.setitem(sys.modules, "foreign_keys", module)
    text = """
        from typing import TypedDict
        from jaxtyping import Float
        from torch import Tensor
        class Foreign(TypedDict):
            x: Float[Tensor, " a"]
            price: "Decimal"
    """
    exec(dedent(text), module.__dict__)
    form = form_of(module.Foreign, None)
    assert isinstance(form, KeysForm)
    assert [key for key, _ in form.keys] == ["x"]
    assert form.required == {"x", "price"}


# ---- tensors


def test_a_tensor_has_the_dtypes_of_its_family_and_its_class() -> None:
    form = form_of(Float[Parameter, "a b"], None)
    assert isinstance(form, TensorForm)
    assert form.array_type is Parameter
    assert form.dtypes is not None
    assert {torch.float32, torch.bfloat16, torch.float64} <= form.dtypes
    assert not {torch.int64, torch.bool, torch.complex64} & form.dtypes
    anything = form_of(Shaped[Tensor, "a b"], None)
    assert isinstance(anything, TensorForm)
    assert anything.dtypes is None


@pytest.mark.parametrize("text", ["?a b", "b *?a"])
def test_an_axis_of_a_tree_is_refused_outside_of_one(text: str) -> None:
    with pytest.raises(ShapeSyntaxError) as error:
        form_of(Float[Tensor, text], None)
    lines = str(error.value).splitlines()
    assert lines[0] == f"cannot read the axes \"{text}\": '?' has a meaning only inside a PyTree"
    assert lines[1] == f"    {text}"
    assert lines[2].strip("^ ") == ""
    assert lines[2].index("^") == 4 + text.index("?") - text.count("*")
    assert lines[3] == "Drop the '?'."
