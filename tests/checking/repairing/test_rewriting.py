"""A change inside an argument becomes an expression for the whole: each is run and compared."""

from collections import OrderedDict, UserDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest

from typed_rope.checking.repairing.rewriting import rewritten


class Pair(NamedTuple):
    k: Any
    v: Any


@dataclass
class State:
    k: Any
    v: Any


@dataclass
class Wide:
    a: Any
    b: Any
    c: Any
    d: Any


@dataclass
class Wider(Wide):
    e: Any


@dataclass
class Counted:
    k: Any
    count: int = field(default=0, init=False)


@dataclass
class Careful:
    k: Any

    def __post_init__(self) -> None:
        self.k = f"checked {self.k}"


class Items(list[Any]): ...


class Names(dict[str, Any]): ...


def written(value: object, *paths: str, how: str = "[{0}]") -> str | None:
    return rewritten(value, "x", dict.fromkeys(paths, how))


@pytest.mark.parametrize(
    ("value", "paths", "text", "result"),
    [
        (1, ["x"], "[x]", [1]),
        ([1, 2], [], "x", [1, 2]),
        ([1, 2], ["xs[0]", "y[1]", "xs.k"], "x", [1, 2]),
        ([1], ["x[0]"], "[[x[0]]]", [[1]]),
        ((1,), ["x[0]"], "([x[0]],)", ([1],)),
        ((1, 2), ["x[1]"], "(x[0], [x[1]])", (1, [2])),
        ([1, 2, 3, 4], ["x[1]"], "[x[0], [x[1]], x[2], x[3]]", [1, [2], 3, 4]),
        ([1, 2], ["x[0]", "x[1]"], "[[item] for item in x]", [[1], [2]]),
        ((1, 2), ["x[0]", "x[1]"], "tuple([item] for item in x)", ([1], [2])),
        ([1, 2, 3, 4, 5], ["x[2]"], "[*x[:2], [x[2]], *x[3:]]", [1, 2, [3], 4, 5]),
        ([1, 2, 3, 4, 5], ["x[0]"], "[[x[0]], *x[1:]]", [[1], 2, 3, 4, 5]),
        ((1, 2, 3, 4, 5), ["x[4]"], "(*x[:4], [x[4]])", (1, 2, 3, 4, [5])),
        ([[1, 2], 3], ["x[0][1]"], "[[x[0][0], [x[0][1]]], x[1]]", [[1, [2]], 3]),
        ({"a": 1, "b": 2}, ["x['b']"], "{**x, 'b': [x['b']]}", {"a": 1, "b": [2]}),
        ({1: 2}, ["x[1]"], "{**x, 1: [x[1]]}", {1: [2]}),
        (
            {"a": 1, "b": 2, "c": 3}, ["x['a']", "x['c']"],
            "{**x, 'a': [x['a']], 'c': [x['c']]}", {"a": [1], "b": 2, "c": [3]},
        ),
        (Pair(1, 2), ["x.k"], "x._replace(k=[x.k])", Pair([1], 2)),
        (Pair(1, 2), ["x.k", "x.v"], "x._replace(k=[x.k], v=[x.v])", Pair([1], [2])),
        (Pair([1, 2], 3), ["x.k[1]"], "x._replace(k=[x.k[0], [x.k[1]]])", Pair([1, [2]], 3)),
        (State(1, 2), ["x.v"], "type(x)(k=x.k, v=[x.v])", State(1, [2])),
        (
            Wide(1, 2, 3, 4), ["x.d"],
            "type(x)(a=x.a, b=x.b, c=x.c, d=[x.d])", Wide(1, 2, 3, [4]),
        ),
        ([State(1, 2), 3], ["x[0].k"], "[type(x[0])(k=[x[0].k], v=x[0].v), x[1]]",
         [State([1], 2), 3]),
    ],
)  # fmt: skip
def test_the_whole_is_written_with_what_is_changed_inside(
    value: Any, paths: list[str], text: str, result: object
) -> None:
    assert written(value, *paths) == text
    assert eval(text, {"x": value}) == result
    assert type(eval(text, {"x": value})) is type(result)


@pytest.mark.parametrize(
    ("value", "paths"),
    [
        ([1, 2, 3, 4, 5], ["x[0]", "x[1]"]),
        ([1, 2, 3, 4, 5], ["x[9]"]),
        ([1, 2], ["x", "x[0]"]),
        ([1, {2}], ["x[1][0]"]),
        ([{2}], ["x[0][0]"]),
        ({1, 2}, ["x[0]"]),
        ({"a": {1, 2}}, ["x['a'][0]"]),
        ({"a": 1}, ["x['b']"]),
        ({"a": {1}, "b": 2}, ["x['a'][0]", "x['b']"]),
        ({(1, 2): 3}, ["x[(1, 2)]"]),
        (OrderedDict(a=1), ["x['a']"]),
        (Names(a=1), ["x['a']"]),
        (UserDict(a=1), ["x['a']"]),
        (Items([1, 2]), ["x[0]"]),
        (Pair({1}, 2), ["x.k[0]"]),
        (Pair(1, 2), ["x.other"]),
        (State({1}, 2), ["x.k[0]"]),
        (Wider(1, 2, 3, 4, 5), ["x.a"]),
        (Counted(1), ["x.k"]),
        (Careful(1), ["x.k"]),
        (State, ["x.k"]),
        (object(), ["x.k"]),
    ],
    ids=str,
)
def test_what_has_no_short_way_or_runs_code_of_others_is_left_alone(
    value: object, paths: list[str]
) -> None:
    assert written(value, *paths) is None


def test_items_with_changes_of_their_own_are_written_one_by_one() -> None:
    changes: Mapping[str, str] = {"x[0]": "{0}.T", "x[1]": "{0}.H"}
    assert rewritten([1, 2], "x", changes) == "[x[0].T, x[1].H]"


def test_a_path_may_begin_with_the_name_of_another() -> None:
    changes = {"ab[0]": "[{0}]"}
    assert rewritten([1], "a", changes) == "a"
    assert rewritten([1], "ab", changes) == "[[ab[0]]]"
