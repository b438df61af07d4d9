"""The leaves of a call: where each tensor stands, the form that it should have, what is read."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any, NamedTuple, NotRequired, TypeAlias, TypedDict

import numpy as np
import pytest
import torch
from jaxtyping import Float, Int
from torch import Tensor

from typed_rope.checking.boundary import Boundary, function_boundary
from typed_rope.checking.forms import EitherForm, PlainForm, TensorForm, tensor_forms
from typed_rope.checking.leaves import (
    Leaf,
    call_leaves,
    concrete,
    given_values,
    result_leaves,
    written,
)
from typed_rope.checking.reading import form_of

ROW, BOTH = torch.zeros(2), torch.zeros(2, 3)
Row: TypeAlias = Float[Tensor, " a"]
Table: TypeAlias = Float[Tensor, "a b"]
ARRAY = np.zeros((2, 3))


class Pair(NamedTuple):
    x: Float[Tensor, " a"]
    n: int
    y: Float[Tensor, " {n}"]


@dataclass
class State:
    x: Float[Tensor, " a"]
    more: list[Float[Tensor, " {self.size}"]]
    size: int = 2
    made: Float[Tensor, "a b"] = field(init=False)


class Keys(TypedDict):
    x: Float[Tensor, " a"]
    y: NotRequired[Float[Tensor, "a b"]]


def boundary(**hints: Any) -> Boundary:
    names = [name for name in hints if name != "return"]
    function: FunctionType = eval(f"lambda {', '.join(names)}: None")
    function.__annotations__ = hints
    return function_boundary(function, None)


def texts(leaf: Leaf) -> str:
    """Tell the form of a leaf by the axes of its tensors, or by its hint."""
    found = [form.shape.text.strip() for form in tensor_forms(leaf.form)]
    return " or ".join(found) or str(getattr(leaf.form.hint, "__name__", leaf.form.hint))


def told(hint: Any, value: object) -> list[tuple[str, str]]:
    return [(leaf.path, texts(leaf)) for leaf in call_leaves(boundary(p=hint), {"p": value}, {})]


HINT = "jaxtyping.Float[ndarray, 'a b'] | list[jaxtyping.Float[Tensor, 'a']]"
STATE = State(ROW, [ROW, ROW])
CASES: list[tuple[Any, object, list[tuple[str, str]]]] = [
    (Row, ROW, [("p", "a")]),
    (int, 5, [("p", "int")]),
    (Any, ROW, []),
    (list[Row], [ROW, BOTH], [("p[0]", "a"), ("p[1]", "a")]),
    (list[Row], [], []),
    (list[Row], (ROW,), [("p", "a")]),
    (Iterable[Row], iter([ROW]), []),
    (Collection[Row], torch.zeros(()), [("p", "a")]),
    (Sequence[Row], BOTH, [("p", "a")]),
    (Iterable[Row], BOTH, [("p[0]", "a"), ("p[1]", "a")]),
    (tuple[Row, int], (ROW, 3), [("p[0]", "a"), ("p[1]", "int")]),
    (tuple[Row, int], (ROW,), [("p", "a")]),
    (tuple[Row, int], [ROW, 3], [("p", "a")]),
    (tuple[Row, *tuple[Table, ...], int], (ROW, 3), [("p[0]", "a"), ("p[1]", "int")]),
    (
        tuple[Row, *tuple[Table, ...], int],
        (ROW, BOTH, BOTH, 3),
        [("p[0]", "a"), ("p[1]", "a b"), ("p[2]", "a b"), ("p[3]", "int")],
    ),
    (tuple[Row, *tuple[Table, ...], int], (ROW,), [("p", "a or a b")]),
    (tuple[Row, *tuple[Table, ...], int], [ROW, 3], [("p", "a or a b")]),
    (dict[str, Row], {"k": ROW}, [("p's key 'k'", "str"), ("p['k']", "a")]),
    (Mapping[int, Row], [ROW], [("p", "a")]),
    (Pair, Pair(ROW, 3, ROW), [("p.x", "a"), ("p.y", "{n}")]),
    (Pair, (ROW, 3, ROW), [("p", "a or {n}")]),
    (
        State, STATE,
        [("p.x", "a"), ("p.more[0]", "{self.size}"), ("p.more[1]", "{self.size}")],
    ),
    (Keys, {"x": ROW}, [("p['x']", "a")]),
    (Keys, {"x": ROW, "y": 5}, [("p['x']", "a"), ("p['y']", "a b")]),
    (Keys, {"y": BOTH}, [("p", "a or a b")]),
    (Keys, [("x", ROW)], [("p", "a or a b")]),
    # ---- unions
    (Row | None, None, []),
    (Row | None, ROW, [("p", "a")]),
    (Row | Any, 7, []),
    (Row | Table, 7, [("p", "a or a b")]),
    (Row | Table, BOTH, [("p", "a or a b")]),
    (Row | int | str, 7.5, [("p", "a")]),
    (list[Row] | int, 7, []),
    (list[Row] | int, ROW, [("p", "a")]),
    (list[Row] | Table, [BOTH], [("p[0]", "a")]),
    (list[Row] | Table, BOTH, [("p", "a b")]),
    (list[Row] | Table, ROW, [("p", "a b")]),
    (list[Row] | dict[str, Table], {"k": ROW}, [("p's key 'k'", "str"), ("p['k']", "a b")]),
    (list[Row] | tuple[Row, Table], (ROW, ROW), [("p[0]", "a"), ("p[1]", "a b")]),
    (list[Row] | tuple[Row, Table], 7, [("p", "a or a or a b")]),
    (list[Row] | list[Table], [ROW], [("p[0]", "a")]),
    (list[Row] | list[Table], [BOTH, BOTH], [("p[0]", "a b"), ("p[1]", "a b")]),
    (list[Row | None], [None, ROW], [("p[1]", "a")]),
    (Float[np.ndarray, "a b"] | list[Row], ARRAY, [("p", HINT)]),
]  # fmt: skip


@pytest.mark.parametrize(("hint", "value", "leaves"), CASES)
def test_each_leaf_is_told_by_its_path_and_its_form(
    hint: Any, value: object, leaves: list[tuple[str, str]]
) -> None:
    assert told(hint, value) == leaves


def test_a_leaf_holds_the_value_that_stands_at_its_path() -> None:
    leaves = call_leaves(boundary(p=State, q=dict[str, Row]), {"p": STATE, "q": {"k": BOTH}}, {})
    assert [leaf.value for leaf in leaves[:2]] == [STATE.x, STATE.more[0]]
    assert leaves[-2].value == "k"
    assert leaves[-1].value is BOTH


def test_a_union_that_nothing_but_plain_hints_could_be_stays_whole() -> None:
    (leaf,) = call_leaves(boundary(p=list[Row] | int), {"p": ROW}, {})
    assert leaf.form.hint == list[Row] | int


def test_a_union_of_tensors_and_containers_is_that_of_the_tensors_for_a_tensor() -> None:
    (leaf,) = call_leaves(boundary(p=list[Row] | Table | int), {"p": ROW}, {})
    assert isinstance(leaf.form, EitherForm)
    assert list(map(type, leaf.form.members)) == [TensorForm, PlainForm]


def test_arguments_that_are_missing_or_unchecked_have_no_leaves() -> None:
    def take(x: Float[Tensor, " a"] = None, y: Float[Tensor, " a"] | None = None) -> None: ...  # type: ignore[assignment] # untrue

    taking: Any = take
    found = function_boundary(taking, None)
    assert call_leaves(found, {"x": None}, {}) == []
    assert [leaf.path for leaf in call_leaves(found, {"x": ROW, "y": ROW}, {})] == ["x", "y"]
    assert [leaf.path for leaf in call_leaves(found, {"x": 5}, {})] == ["x"]


# ---- several readings


def readings(accepts: Callable[[Sequence[Leaf]], bool]) -> list[str]:
    wide = Iterable[Float[Tensor, " b"]] | Float[Tensor, "b a"]
    found = boundary(q=Row, p=wide)
    leaves = call_leaves(found, {"q": ROW, "p": BOTH}, {}, accepts)
    return [leaf.path for leaf in leaves]


def test_of_several_readings_the_first_counts_that_is_accepted_with_those_before() -> None:
    seen: list[list[str]] = []

    def accepts(leaves: Sequence[Leaf]) -> bool:
        seen.append([leaf.path for leaf in leaves])
        return len(leaves) == 2

    assert readings(accepts) == ["q", "p"]
    assert seen == [["q", "p[0]", "p[1]"], ["q", "p"]]


@pytest.mark.parametrize("verdict", [True, False])
def test_the_first_reading_counts_where_all_or_none_are_accepted(verdict: bool) -> None:
    assert readings(lambda _: verdict) == ["q", "p[0]", "p[1]"]


# ---- results


def test_the_leaves_of_a_result_are_its_own() -> None:
    found = boundary(p=Row, **{"return": tuple[Row, Table]})
    before = call_leaves(found, {"p": ROW}, {})
    leaves = result_leaves(found, (ROW, BOTH), {}, before)
    assert [(leaf.path, texts(leaf)) for leaf in leaves] == [
        ("return[0]", "a"),
        ("return[1]", "a b"),
    ]
    assert result_leaves(boundary(p=Row), ROW, {}) == []
    unread = result_leaves(found, ROW, {"n": 5})
    assert [(leaf.path, leaf.given) for leaf in unread] == [("return", {"n": 5})]


# ---- what the braces read


class Sizes:
    def __init__(self, heads: int) -> None:
        self.heads = heads


def test_braces_are_evaluated_over_the_arguments_and_in_a_record_over_its_fields() -> None:
    table = Float[Tensor, "{n} {config.heads}*2 a"]
    found = boundary(
        p=list[table], q=State, n=int, config=Any, **{"return": Float[Tensor, "{n+1}"]}
    )
    arguments = {"p": [], "q": STATE, "n": 5, "config": Sizes(4)}
    assert given_values(found, arguments) == {"n": 5, "config.heads": 4, "n+1": 6}
    first = call_leaves(found, arguments, {})[1]
    assert first.given == {"self.size": 2}


def test_braces_that_cannot_be_read_have_no_value() -> None:
    found = boundary(p=Float[Tensor, "{n} {config.heads}"], n=int, config=Any)
    assert given_values(found, {"p": ROW, "n": 5, "config": None}) == {"n": 5}


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"n": 5, "m-1": 3}, "a 5*2 k=3"),
        ({"n": 5}, "a 5*2 k={m-1}"),
        ({}, "a {n}*2 k={m-1}"),
        ({"n": torch.zeros(2)}, "a {n}*2 k={m-1}"),
        ({"n": -5}, "a -5*2 k={m-1}"),
    ],
)
def test_the_values_of_braces_are_written_into_a_shape(given: dict[str, object], text: str) -> None:
    (form,) = tensor_forms(form_of(Float[Tensor, "a {n}*2 k={m-1}"], None))
    assert written(form.shape, given) == text


def test_a_shape_with_values_that_make_no_axes_stays_as_it_is() -> None:
    (form,) = tensor_forms(form_of(Float[Tensor, "a {n}"], None))
    assert concrete(form.shape, {"n": 3}).text == "a 3"
    for unread in ({}, {"n": "((("}):
        assert concrete(form.shape, unread) is form.shape


# ---- of the wrong type


@pytest.mark.parametrize(
    ("hint", "value", "wrong"),
    [
        (int, "3", True),
        (int, 3, False),
        (Row, None, True),
        (Row, BOTH.long(), False),
        (Row | int, "3", True),
        (Row | Int[Tensor, " a"], BOTH, False),
        (Float[np.ndarray, "a b"], None, False),
        (Row | Float[np.ndarray, "a b"], None, False),
        (list[Row], (ROW,), True),
        (list[Row] | Table, 5, True),
    ],
)
def test_a_type_is_wrong_that_no_form_asks_for_whatever_the_sizes(
    hint: Any, value: object, wrong: bool
) -> None:
    assert Leaf("p", form_of(hint, None), value, {}).has_wrong_type() == wrong
