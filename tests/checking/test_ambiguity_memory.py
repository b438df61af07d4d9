"""What is remembered of ambiguous calls: all that a finding depends on, and not for ever."""

from dataclasses import dataclass
from typing import Any

import pytest
import torch
from jaxtyping import Float, Shaped
from torch import Tensor

from typed_rope.checking import ambiguity, typed
from typed_rope.checking.ambiguity import Ambiguity, ambiguities
from typed_rope.checking.boundary import Boundary

T, S = 7, 11
SQUARE, WIDE, LARGE = torch.zeros(T, T), torch.zeros(T, S), torch.zeros(S, S)


@dataclass
class State:
    x: Float[Tensor, "b t"]
    name: str = ""


@typed
def take(
    many: list[Float[Tensor, "b t"]], named: dict[str, Float[Tensor, "c d"]], state: State | None
) -> None: ...
@typed
def braces(x: Shaped[Tensor, "b t {n}*2"], n: Any) -> None: ...
@typed
def alone(x: Float[Tensor, "b t"]) -> None: ...


def boundary(function: Any) -> Boundary:
    found: Boundary = function.__boundary__
    return found


def found(function: Any, *arguments: object) -> list[str]:
    return [f"{one.argument} {one.size}" for one in ambiguities(boundary(function), arguments)]


def test_what_was_found_is_that_of_the_sizes_wherever_they_stand() -> None:
    for _ in range(2):
        assert found(take, [WIDE], {}, None) == []
        assert found(take, [SQUARE], {}, None) == ["many[0] 7"]
        assert found(take, [WIDE, WIDE], {}, None) == []
        assert found(take, [LARGE], {}, None) == ["many[0] 11"]
        assert found(take, [], {"a": SQUARE}, None) == ["named['a'] 7"]
        assert found(take, [], {"b": SQUARE}, None) == ["named['b'] 7"]
        assert found(take, [], {"a": WIDE}, None) == []
        assert found(take, [], {}, State(SQUARE)) == ["state.x 7"]
        assert found(take, [], {}, State(LARGE)) == ["state.x 11"]
        assert found(take, [], {}, State(WIDE)) == []


def test_a_field_that_is_not_set_yet_is_none_of_the_sizes() -> None:
    unset: State = object.__new__(State)
    assert found(take, [], {}, unset) == []


def test_values_in_braces_may_be_numbers_texts_or_anything() -> None:
    values: list[object] = [3, "3", 3.0]
    for value in values:
        assert found(braces, torch.zeros(T, T, 6), value) == ["x 7"]
        assert found(braces, torch.zeros(T, S, 6), value) == []


def test_a_dtype_decides_which_member_of_a_union_a_tensor_is() -> None:
    @typed
    def either(x: Float[Tensor, "b t"] | Shaped[Tensor, "s s"]) -> None: ...

    assert found(either, SQUARE) == ["x 7"]
    assert found(either, SQUARE.long()) == []
    assert found(either, SQUARE) == ["x 7"]


def test_no_more_is_remembered_than_a_bounded_number_of_calls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert ambiguity._MOST_REMEMBERED == 1024
    monkeypatch.setattr(ambiguity, "_MOST_REMEMBERED", 3)

    def call(size: int) -> tuple[Ambiguity, ...]:
        return ambiguities(boundary(alone), (torch.zeros(size, size),))

    first = [call(size) for size in (2, 3, 4)]
    assert [call(size) for size in (2, 3, 4)] == first
    assert call(2) is first[0]
    call(5)  # the fourth: all are forgotten
    again = call(2)
    assert again == first[0]
    assert again is not first[0]
