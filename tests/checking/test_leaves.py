"""Every tensor inside an argument is checked, and binds its axes with all others."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, typed

B, T, D = 3, 5, 8
GOOD, BAD = torch.zeros(B, T), torch.zeros(T, B)
MANY = 40  # an item that is looked at by chance is missed 39 times in 40


@dataclass
class State:
    k: Float[Tensor, "b s"]
    size: int = T
    spare: Float[Tensor, "b {size}"] | None = None


class Pair(NamedTuple):
    k: Float[Tensor, "b s"]
    v: Float[Tensor, "b s"]


@dataclass
class Nested:
    pairs: list[Pair]
    state: State | None = None


@typed
def lists(items: list[Float[Tensor, "b t"]]) -> None:
    return None


@typed
def tuples(items: tuple[Float[Tensor, "b t"], ...]) -> None:
    return None


@typed
def sequences(items: Sequence[Float[Tensor, "b t"]]) -> None:
    return None


@typed
def further(*items: Float[Tensor, "b t"]) -> None:
    return None


@typed
def named(**items: Float[Tensor, "b t"]) -> None:
    return None


@typed
def mappings(items: Mapping[str, Float[Tensor, "b t"]]) -> None:
    return None


@pytest.mark.parametrize("place", [0, MANY // 2, MANY - 1])
@pytest.mark.parametrize("wrong", [BAD, torch.zeros(B, T, 2), GOOD.long(), None], ids=str)
def test_every_item_is_checked(place: int, wrong: Any) -> None:
    items: list[Any] = [GOOD] * MANY
    for check in (lists, lambda i: tuples(tuple(i)), sequences, lambda i: further(*i)):
        check(items)
    items[place] = wrong
    for check in (lists, lambda i: tuples(tuple(i)), sequences, lambda i: further(*i)):
        with pytest.raises(ShapeError):
            check(items)


@pytest.mark.parametrize("place", [0, MANY // 2, MANY - 1])
def test_every_value_of_a_mapping_is_checked(place: int) -> None:
    items = {f"k{i}": GOOD for i in range(MANY)}
    mappings(items)
    named(**items)
    items[f"k{place}"] = BAD
    for check in (mappings, lambda i: named(**i)):
        with pytest.raises(ShapeError):
            check(items)


def test_every_key_of_a_mapping_is_checked() -> None:
    with pytest.raises(ShapeError):
        mappings({"k": GOOD, 3: GOOD})  # type: ignore[dict-item]  # the mistake under test


def test_the_container_is_checked() -> None:
    with pytest.raises(ShapeError):
        lists((GOOD,))  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(ShapeError):
        tuples([GOOD])  # type: ignore[arg-type]  # the mistake under test


def test_the_axes_of_items_bind_for_other_parameters() -> None:
    @typed
    def mix(parts: list[Float[Tensor, "b t"]], weight: Float[Tensor, " t"]) -> None:
        return None

    mix([GOOD, GOOD], torch.zeros(T))
    mix([], torch.zeros(D))
    with pytest.raises(ShapeError):
        mix([GOOD, GOOD], torch.zeros(D))


def test_a_tuple_has_its_own_annotation_for_each_item() -> None:
    @typed
    def take(pair: tuple[Float[Tensor, "b t"], Float[Tensor, " t"]]) -> None:
        return None

    take((GOOD, torch.zeros(T)))
    for wrong in ((GOOD, torch.zeros(B)), (GOOD,), (GOOD, torch.zeros(T), GOOD)):
        with pytest.raises(ShapeError):
            take(wrong)  # type: ignore[arg-type]  # the mistakes under test


def test_the_fields_of_a_named_tuple_agree() -> None:
    @typed
    def take(pair: Pair) -> None:
        return None

    take(Pair(GOOD, GOOD))
    with pytest.raises(ShapeError):
        take(Pair(GOOD, BAD))


def test_the_fields_of_a_dataclass_bind_in_the_call_that_receives_it() -> None:
    @typed
    def take(state: State, bias: Float[Tensor, " s"]) -> None:
        return None

    take(State(GOOD), torch.zeros(T))
    with pytest.raises(ShapeError):
        take(State(GOOD), torch.zeros(D))


def test_the_braces_of_a_record_read_its_own_fields() -> None:
    @typed
    def take(state: State, size: int) -> None:
        return None

    take(State(GOOD, size=D, spare=torch.zeros(B, D)), T)
    with pytest.raises(ShapeError):
        take(State(GOOD, size=D, spare=torch.zeros(B, T)), T)


def test_records_inside_containers_inside_records_are_checked() -> None:
    @typed
    def take(nested: Nested, more: dict[str, list[Pair]]) -> None:
        return None

    good, bad = Pair(GOOD, GOOD), Pair(GOOD, torch.zeros(B, D))
    take(Nested([good], State(GOOD)), {"k": [good, good]})
    for nested, more in (
        (Nested([good, bad]), {}),
        (Nested([good], State(torch.zeros(B, D))), {}),
        (Nested([good]), {"k": [good, bad]}),
    ):
        with pytest.raises(ShapeError):
            take(nested, more)


def test_what_can_be_walked_only_once_is_not_walked() -> None:
    @typed
    def count(items: Iterable[Float[Tensor, "b t"]]) -> int:
        return len(list(items))

    assert count(iter([GOOD, BAD])) == 2
    with pytest.raises(ShapeError):
        count([GOOD, BAD])


@pytest.mark.parametrize("container", [Iterable, Collection])
def test_a_tensor_is_walked_row_by_row_and_one_without_rows_is_refused(container: Any) -> None:
    @typed
    def count(rows: container[Float[Tensor, " t"]]) -> int:
        return len(list(rows))

    assert count(GOOD) == B
    for wrong in (torch.zeros(()), torch.zeros(B, T, D)):
        with pytest.raises(ShapeError):
            count(wrong)


def test_the_items_of_a_result_are_checked() -> None:
    @typed
    def split(x: Float[Tensor, "b t"], wrong: int) -> list[Float[Tensor, "b t"]]:
        return [BAD if place == wrong else x for place in range(MANY)]

    assert len(split(GOOD, -1)) == MANY
    with pytest.raises(ShapeError):
        split(GOOD, MANY - 1)
