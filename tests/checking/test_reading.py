"""Every hint that holds tensors is taken apart, or left to the judge; none is passed over."""

import sys
from collections.abc import Callable, ItemsView, ValuesView
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar, Generic, NotRequired, TypedDict, TypeVar, TypeVarTuple, Unpack

import pytest
import torch
from jaxtyping import Float, Int
from torch import Tensor

from typed_rope.checking import ShapeError, typed

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Either = TypeVar("Either", Float[Tensor, "a b"], Int[Tensor, "a b"])


class Rows(list[Float[Tensor, "a b"]]):
    pass


@dataclass
class Named(Generic[T]):
    x: Float[Tensor, "a b"]
    name: T


@dataclass
class Held(Generic[T]):
    x: T


@dataclass
class Listed(Generic[T]):
    items: list[T]


@dataclass
class Nested(Generic[T]):
    inner: Held[T]
    more: T | None = None


class Spelled(TypedDict):
    x: Float[Tensor, "a b"]
    y: "NotRequired[Float[Tensor, 'b a']]"


class Options(TypedDict, total=False):
    x: Float[Tensor, "a b"]
    n: int


def annotated(hint: Any) -> Callable[..., None]:
    def function(p: Any, q: Any) -> None:
        del p, q

    function.__annotations__ = {"p": hint, "q": Float[Tensor, "a b"]}
    return typed(function)


RIGHT, WRONG = torch.zeros(2, 3), torch.zeros(3, 2)
BEFORE: Any = tuple[Float[Tensor, "a b"], *Ts]  # type: ignore[valid-type]  # of no function
CASES: dict[str, tuple[Any, Callable[[Tensor], Any]]] = {
    "one of several hints": (Either, lambda x: x),
    "a list of them": (list[Either], lambda x: [x]),  # type: ignore[valid-type] # at run time
    "a subclass of a container": (Rows, lambda x: Rows([x])),
    "a view of values": (ValuesView[Float[Tensor, "a b"]], lambda x: {"k": x}.values()),
    "a view of items": (ItemsView[str, Float[Tensor, "a b"]], lambda x: {"k": x}.items()),
    "a generic record": (Named[int], lambda x: Named(x, 5)),
    "a list of generic records": (list[Named[int]], lambda x: [Named(x, 5)]),
    "a record of its type argument": (Held[Float[Tensor, "a b"]], lambda x: Held(x)),
    "a record of a list of it": (Listed[Float[Tensor, "a b"]], lambda x: Listed([x])),
    "a record of a record of it": (Nested[Float[Tensor, "a b"]], lambda x: Nested(Held(x))),
    "a record of it or nothing": (Nested[Float[Tensor, "a b"]], lambda x: Nested(Held(RIGHT), x)),
    "a tuple of any length": (tuple[str, *tuple[Float[Tensor, "a b"], ...]], lambda x: ("k", x, x)),
    "what stands behind it": (tuple[*tuple[int, ...], Float[Tensor, "a b"]], lambda x: (1, 2, x)),
    "what stands before it": (BEFORE, lambda x: (x, None)),
    "an unpacked tuple": (tuple[str, *tuple[Float[Tensor, "a b"], int]], lambda x: ("", x, 1)),
}


@pytest.mark.parametrize("case", CASES)
def test_the_axes_inside_bind_in_the_call(case: str) -> None:
    hint, holding = CASES[case]
    function = annotated(hint)
    function(holding(RIGHT), RIGHT)
    with pytest.raises(ShapeError):
        function(holding(WRONG), RIGHT)


def test_keywords_that_a_typed_dict_describes_are_checked_by_key() -> None:
    @typed
    def function(q: Float[Tensor, "a b"], **options: Unpack[Options]) -> None:
        del q, options

    function(RIGHT, x=RIGHT, n=5)
    with pytest.raises(ShapeError):
        function(RIGHT, x=WRONG)


def test_arguments_that_a_tuple_describes_are_checked_by_place() -> None:
    @typed
    def function(*both: *tuple[Float[Tensor, "a b"], int]) -> None:
        del both

    function(RIGHT, 5)
    with pytest.raises(ShapeError):
        function(RIGHT, "5")  # type: ignore[arg-type] # the mistake


def test_a_tuple_of_any_length_has_all_that_stands_around_it() -> None:
    @typed
    def take(
        p: tuple[Float[Tensor, " a"], *tuple[Float[Tensor, "a b"], ...], Float[Tensor, " b"]],
    ) -> None:
        return None

    first, last = torch.zeros(2), torch.zeros(3)
    for between in ((), (RIGHT,), (RIGHT, RIGHT)):
        take((first, *between, last))
    wrong: list[Any] = [
        (),
        (first,),
        [first, last],
        (first, RIGHT, first),
        (last, RIGHT, last),
        (first, RIGHT, WRONG, last),
        (first, 2, last),
    ]
    for value in wrong:
        with pytest.raises(ShapeError):
            take(value)


def test_a_key_that_a_string_says_is_not_required_may_be_missing() -> None:
    @typed
    def take(p: Spelled) -> None:
        return None

    take({"x": RIGHT})
    take({"x": RIGHT, "y": WRONG})
    for wrong in ({"y": WRONG}, {"x": RIGHT, "y": RIGHT}):
        with pytest.raises(ShapeError):
            take(wrong)  # type: ignore[arg-type]  # the mistake under test


def test_class_variables_written_as_text_are_no_fields() -> None:
    @typed
    @dataclass
    class Row:
        x: "Float[Tensor, 'a b']"
        names: "ClassVar[int]" = 3

    assert Row(RIGHT).names == 3
    with pytest.raises(ShapeError):
        Row(torch.zeros(2))


def test_a_foreign_field_that_is_no_tensor_need_not_be_resolved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = ModuleType("foreign")
    monkeypatch.setitem(sys.modules, "foreign", module)
    text = (
        "from dataclasses import dataclass\n"
        "@dataclass\n"
        "class Settings:\n"
        "    price: 'Decimal | None' = None\n"
    )
    exec(text, module.__dict__)

    def function(settings: Any, q: Any) -> None:
        del settings, q

    function.__annotations__ = {"settings": module.Settings, "q": Float[Tensor, "a b"]}
    checked = typed(function)
    checked(module.Settings(), RIGHT)
    with pytest.raises(ShapeError):
        checked(5, RIGHT)
