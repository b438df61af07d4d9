"""Every hint that holds tensors is taken apart, or left to the judge; none is passed over."""

import sys
from collections.abc import Callable, ItemsView, ValuesView
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar, Generic, TypedDict, TypeVar, Unpack

import pytest
import torch
from jaxtyping import Float, Int
from torch import Tensor

from typed_rope.checking import ShapeError, typed

T = TypeVar("T")
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


class Options(TypedDict, total=False):
    x: Float[Tensor, "a b"]
    n: int


def annotated(hint: Any) -> Callable[..., None]:
    def function(p: Any, q: Any) -> None:
        del p, q

    function.__annotations__ = {"p": hint, "q": Float[Tensor, "a b"]}
    return typed(function)


RIGHT, WRONG = torch.zeros(2, 3), torch.zeros(3, 2)
CASES: dict[str, tuple[Any, Callable[[Tensor], Any]]] = {
    "one of several hints": (Either, lambda x: x),
    "a list of them": (list[Either], lambda x: [x]),  # type: ignore[valid-type] # at run time
    "a subclass of a container": (Rows, lambda x: Rows([x])),
    "a view of values": (ValuesView[Float[Tensor, "a b"]], lambda x: {"k": x}.values()),
    "a view of items": (ItemsView[str, Float[Tensor, "a b"]], lambda x: {"k": x}.items()),
    "a generic record": (Named[int], lambda x: Named(x, 5)),
    "a list of generic records": (list[Named[int]], lambda x: [Named(x, 5)]),
    "a record of its type argument": (Held[Float[Tensor, "a b"]], lambda x: Held(x)),
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
