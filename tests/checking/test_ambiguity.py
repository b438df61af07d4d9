"""Each rule of which axes a call could not have told apart, and the sentence that says so."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypedDict

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from jaxtyping import Float, Int
from torch import Tensor

from typed_rope.checking import typed
from typed_rope.checking.ambiguity import Ambiguity, ambiguities
from typed_rope.checking.boundary import Boundary
from typed_rope.checking.watching import watched

B, G, H, T, S, D, E = 3, 2, 10, 7, 11, 8, 6


def found(function: Callable[..., object], *arguments: object) -> tuple[Ambiguity, ...]:
    """Call a checked function, and return what the call could not have told apart."""
    listener = _Listener()
    with watched(listener):
        function(*arguments)
    (call,) = listener.calls
    return ambiguities(*call)


def pairs(function: Callable[..., object], *arguments: object) -> list[tuple[str, str, str]]:
    """Return argument and axes of each finding."""
    return [(ambiguity.argument, *ambiguity.axes) for ambiguity in found(function, *arguments)]


class _Listener:
    def __init__(self) -> None:
        self.calls: list[tuple[Boundary, tuple[object, ...]]] = []

    def accepted(self, boundary: Boundary, arguments: tuple[object, ...]) -> None:
        self.calls.append((boundary, arguments))


class Record(NamedTuple):
    k: Float[Tensor, "b g s d"]


class Keys(TypedDict):
    k: Float[Tensor, "b g s d"]


@dataclass
class Nested:
    inner: Record


@typed
@dataclass
class Checked:
    k: Float[Tensor, "b g s d"]
    v: Float[Tensor, "b g s e"]


@typed
def alone(x: Float[Tensor, "b t"]) -> None: ...


@typed
def single(x: Float[Tensor, "b h t d"]) -> None: ...


@typed
def rotate(x: Float[Tensor, "b h t d"], cos: Float[Tensor, "t d/2"]) -> None: ...


@typed
def cached(k: Float[Tensor, "b g s d"], v: Float[Tensor, "b g s e"]) -> None: ...


@typed
def attend(
    q: Float[Tensor, "b h t d"],
    k: Float[Tensor, "b g s d"],
    bias: Float[Tensor, "t s"] | None = None,
) -> None: ...


@typed
def union(x: Float[Tensor, "b t"] | Float[Tensor, "b h t"]) -> None: ...


@typed
def either(x: Float[Tensor, "b t d"], rows: Int[Tensor, " t"] | Int[Tensor, "b t"]) -> None: ...


@typed
def constant(x: Float[Tensor, "b 3 t"]) -> None: ...


@typed
def configured(
    x: Float[Tensor, "b h={heads} t={rows+1} d/2"], d: Float[Tensor, " d"], heads: int, rows: int
) -> None: ...


@typed
def variadic(x: Float[Tensor, "*b t d"], many: Float[Tensor, "g *c h"]) -> None: ...


@typed
def nameless(x: Float[Tensor, "_ t _"], y: Float[Tensor, "... s"]) -> None: ...


@typed
def broadcast(x: Float[Tensor, "b t"], mask: Float[Tensor, "#b #t"]) -> None: ...


@typed
def stretched(mask: Float[Tensor, "#b #t"]) -> None: ...


@typed
def containers(
    many: list[Float[Tensor, "b t"]], named: dict[str, Float[Tensor, "s d"]]
) -> None: ...


@typed
def record(state: Record) -> None: ...


@typed
def nested(state: Nested) -> None: ...


@typed
def keyed(state: Keys) -> None: ...


@typed
def pinned(state: Record, length: Float[Tensor, " s"]) -> None: ...


@typed
def plain(n: int) -> None: ...


def test_the_sentence_names_the_axes_and_sizes_that_would_tell_them_apart() -> None:
    (ambiguity,) = found(alone, torch.zeros(T, T))
    assert ambiguity == Ambiguity("alone", "x", ("b", "t"), 7, (7, 8))
    assert str(ambiguity) == (
        "alone: b and t of x both had size 7, and this call could not have told them apart. "
        "Choose different sizes, for example b = 7, t = 8."
    )


k, v = torch.zeros(B, G, S, D), torch.zeros(B, G, S, E)
square_k, square_v = torch.zeros(B, G, G, D), torch.zeros(B, G, G, E)


@pytest.mark.parametrize(
    ("function", "arguments", "expected"),
    [
        (alone, (torch.zeros(B, T),), []),
        (alone, (torch.zeros(1, 1),), [("x", "b", "t")]),
        (rotate, (torch.zeros(B, T, T, D), torch.zeros(T, D // 2)), []),
        (rotate, (torch.zeros(H, H, T, D), torch.zeros(T, D // 2)), [("x", "b", "h")]),
        (cached, (k, v), []),
        (cached, (square_k, square_v), [("k", "g", "s")]),
        (attend, (torch.zeros(B, H, T, D), torch.zeros(B, G, T, D)), []),
        (attend, (torch.zeros(B, H, T, D), torch.zeros(B, G, T, D), torch.zeros(T, T)), []),
        (attend, (torch.zeros(B, T, T, D), k), [("q", "h", "t")]),
        (attend, (torch.zeros(B, T, T, D), k, torch.zeros(T, S)), []),
        (union, (torch.zeros(T, T),), [("x", "b", "t")]),
        (union, (torch.zeros(B, T, T),), [("x", "h", "t")]),
        (either, (torch.zeros(T, T, D), torch.zeros(T, dtype=torch.int64)), []),
        (either, (torch.zeros(T, T, D), torch.zeros(T, T, dtype=torch.int64)), [("x", "b", "t")]),
        (constant, (torch.zeros(3, 3, T),), []),
        (constant, (torch.zeros(T, 3, T),), [("x", "b", "t")]),
        (configured, (torch.zeros(B, B, B, B), torch.zeros(2 * B), B, B - 1), []),
        (variadic, (torch.zeros(B, T, D, D), torch.zeros(H, T, H)),
         [("x", "t", "d"), ("many", "g", "h")]),
        (variadic, (torch.zeros(D, T, D), torch.zeros(G, G, H)), []),
        (nameless, (torch.zeros(T, T, T), torch.zeros(S, S, S)), []),
        (broadcast, (torch.zeros(B, B), torch.zeros(1, 1)), [("x", "b", "t")]),
        (broadcast, (torch.zeros(B, B), torch.zeros(B, 1)), []),
        (stretched, (torch.zeros(T, T),), []),
        (containers, ([torch.zeros(B, T), torch.zeros(B, T)], {"a": torch.zeros(S, D)}), []),
        (containers, ([torch.zeros(T, T)] * 2, {"a": torch.zeros(D, D)}),
         [("many[0]", "b", "t"), ("named['a']", "s", "d")]),
        (record, (Record(square_k),), [("state.k", "g", "s")]),
        (nested, (Nested(Record(square_k)),), [("state.inner.k", "g", "s")]),
        (nested, (Nested(Record(k)),), []),
        (keyed, ({"k": square_k},), [("state['k']", "g", "s")]),
        (pinned, (Record(square_k), torch.zeros(G)), []),
        (Checked, (square_k, square_v), [("k", "g", "s")]),
        (Checked, (k, v), []),
        (plain, (3,), []),
    ],
    ids=str,
)  # fmt: skip
def test_a_pair_is_found_where_nothing_else_tells(
    function: Any, arguments: tuple[object, ...], expected: list[tuple[str, str, str]]
) -> None:
    assert pairs(function, *arguments) == expected


def test_all_pairs_of_three_equal_axes_are_found() -> None:
    @typed
    def cube(x: Float[Tensor, "b h t"]) -> None: ...

    assert pairs(cube, torch.zeros(T, T, T)) == [
        ("x", "b", "h"), ("x", "b", "t"), ("x", "h", "t"),
    ]  # fmt: skip


def test_a_pair_that_two_tensors_have_is_one_finding() -> None:
    assert len(found(cached, square_k, square_v)) == 1


def test_sizes_for_an_example_suit_expressions_and_other_axes() -> None:
    @typed
    def halved(x: Float[Tensor, "b t"], y: Float[Tensor, "b/2 t/3 s"]) -> None: ...

    (ambiguity,) = found(halved, torch.zeros(12, 12), torch.zeros(6, 4, 14))
    assert (ambiguity.axes, ambiguity.apart) == (("b", "t"), (12, 15))


def test_a_default_that_was_not_given_pins_nothing() -> None:
    @typed
    def optional(x: Float[Tensor, "b t"], y: Float[Tensor, " t"] = None) -> None: ...  # type: ignore[assignment] # as people write it

    assert pairs(optional, torch.zeros(T, T)) == [("x", "b", "t")]
    assert pairs(optional, torch.zeros(T, T), torch.zeros(T)) == []


def test_what_was_found_for_some_sizes_is_not_worked_out_again() -> None:
    @typed
    def fresh(x: Float[Tensor, "b t"]) -> None: ...

    first, again = found(fresh, torch.zeros(T, T)), found(fresh, torch.ones(T, T))
    assert first is again
    assert found(fresh, torch.zeros(S, S))[0].size == S


def test_what_is_in_a_container_is_not_taken_for_what_was_in_it_before() -> None:
    many = [torch.zeros(T, T)]
    assert found(containers, many, {})[0].size == T
    many[0] = torch.zeros(S, S)
    assert found(containers, many, {})[0].size == S


def test_an_example_suits_the_values_of_this_call() -> None:
    @typed
    def grouped(
        x: Float[Tensor, "b t"], y: Float[Tensor, "b*t/{groups} s"], groups: int
    ) -> None: ...

    for groups, apart in [(8, (12, 14)), (9, (12, 15))]:
        rows = torch.zeros(144 // groups, S)
        assert found(grouped, torch.zeros(12, 12), rows, groups)[0].apart == apart


@given(st.permutations([2, 3, 5, 7, 11, 13]))
def test_a_call_with_distinct_sizes_has_no_finding(sizes: list[int]) -> None:
    b, g, h, t, s, d = sizes
    q, keys = torch.zeros(b, h, t, d), torch.zeros(b, g, s, d)
    assert found(attend, q, keys, torch.zeros(t, s)) == ()
    assert found(cached, keys, torch.zeros(b, g, s, 17)) == ()
    assert found(containers, [torch.zeros(b, t)], {"a": torch.zeros(s, d)}) == ()
    assert found(nested, Nested(Record(keys))) == ()


@given(st.lists(st.integers(1, 3), min_size=6, max_size=6))
def test_a_call_with_the_axes_of_a_finding_exchanged_is_accepted(sizes: list[int]) -> None:
    b, g, h, t, s, d = sizes
    q, keys = torch.zeros(b, h, t, d), torch.zeros(b, g, s, d)
    names = {"q": "bhtd", "k": "bgsd"}
    for ambiguity in found(attend, q, keys, torch.zeros(t, s)):
        places = [names[ambiguity.argument].index(axis) for axis in ambiguity.axes]
        given = {"q": q, "k": keys}
        given[ambiguity.argument] = given[ambiguity.argument].transpose(*places)
        attend(given["q"], given["k"], torch.zeros(t, s))


@given(st.lists(st.integers(2, 4), min_size=3, max_size=3), st.booleans())
def test_equal_sizes_are_found_unless_another_tensor_pins_one(sizes: list[int], pin: bool) -> None:
    b, h, t = sizes
    x, cos = torch.zeros(b, h, t, D), torch.zeros(t, D // 2)
    expected = [
        ("x", first, second)
        for first, second in [("b", "h"), ("b", "t"), ("h", "t")]
        if {"b": b, "h": h, "t": t}[first] == {"b": b, "h": h, "t": t}[second]
        and not (pin and second == "t")
    ]
    assert (pairs(rotate, x, cos) if pin else pairs(single, x)) == expected
