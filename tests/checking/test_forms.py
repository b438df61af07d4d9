"""The small tree that a hint is read into: what it is made of, and which tensors it speaks of."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypedDict

import numpy as np
import pytest
from jaxtyping import Float, Int
from torch import Tensor

from typed_rope.checking.forms import (
    alternatives,
    holds_tensors,
    is_judged,
    is_named_tuple,
    may_be_unset,
    parts,
    record_names,
    tensor_forms,
)
from typed_rope.checking.reading import form_of


class Pair(NamedTuple):
    k: Float[Tensor, "b s"]
    name: str
    v: Float[Tensor, "b d"]


@dataclass
class State:
    size: int
    k: Float[Tensor, "b s"]
    made: Float[Tensor, "b d"] = field(init=False)
    zero: int = field(init=False, default=0)
    items: list[int] = field(init=False, default_factory=list)


@dataclass(init=False)
class Bare:
    k: Float[Tensor, "b s"]
    n: int = 3


class Keys(TypedDict):
    k: Float[Tensor, "b s"]
    n: int


ARRAY = Float[np.ndarray, "b s"]
# The hint, its parts, and the texts of its tensors.
CASES: list[tuple[Any, int, list[str]]] = [
    (int, 0, []),
    (Any, 0, []),
    (ARRAY, 0, []),
    (Float[Tensor, "b s"], 0, ["b s"]),
    (Float[Tensor, "b s"] | None, 2, ["b s"]),
    (Float[Tensor, "b s"] | Int[Tensor, " b"] | None, 3, ["b s", "b"]),
    (list[Float[Tensor, "b s"]], 1, ["b s"]),
    (dict[str, Float[Tensor, "b s"]], 2, ["b s"]),
    (tuple[int, Float[Tensor, "b s"], Float[Tensor, " b"]], 3, ["b s", "b"]),
    (tuple[int, *tuple[Float[Tensor, " b"], ...], Float[Tensor, " c"]], 3, ["b", "c"]),
    (Pair, 2, ["b s", "b d"]),
    (State, 2, ["b s", "b d"]),
    (Keys, 1, ["b s"]),
    (list[Pair | tuple[Float[Tensor, " t"], int]], 1, ["b s", "b d", "t"]),
]  # fmt: skip


@pytest.mark.parametrize(("hint", "count", "texts"), CASES)
def test_a_form_is_made_of_its_parts_and_speaks_of_their_tensors(
    hint: Any, count: int, texts: list[str]
) -> None:
    form = form_of(hint, None)
    assert len(parts(form)) == count
    assert [tensor.shape.text.strip() for tensor in tensor_forms(form)] == texts
    assert holds_tensors(form) == bool(texts or hint is ARRAY)
    assert is_judged(form) == (hint is ARRAY)


@pytest.mark.parametrize("hint", [list[ARRAY], tuple[Float[Tensor, "b s"], ARRAY], ARRAY | None])
def test_what_holds_an_array_that_only_the_judge_knows_is_judged(hint: Any) -> None:
    assert is_judged(form_of(hint, None))


def test_a_tensor_is_named_after_its_family() -> None:
    (floats, ints) = tensor_forms(form_of(Float[Tensor, "b s"] | Int[Tensor, " b"], None))
    assert (floats.family, ints.family) == ("Float", "Int")


def test_the_alternatives_of_a_union_are_those_of_the_unions_in_it() -> None:
    inner = Float[Tensor, " t"] | list[Float[Tensor, " b"]]
    form = form_of(inner, None)
    assert alternatives(form) == parts(form)
    assert alternatives(parts(form)[1]) == (parts(form)[1],)


@pytest.mark.parametrize(
    ("cls", "names"),
    [
        (Pair, ("k", "name", "v")),
        (State, ("size", "k", "made", "zero", "items")),
        (Bare, ("k", "n")),
    ],
)
def test_the_names_of_a_record_are_its_fields_in_order(cls: type, names: tuple[str, ...]) -> None:
    assert record_names(cls) == names


@pytest.mark.parametrize(
    ("cls", "unset"), [(Pair, set()), (State, {"made"}), (Bare, {"k", "n"}), (int, set())]
)
def test_a_field_may_be_unset_that_the_constructor_does_not_set(cls: type, unset: set[str]) -> None:
    assert may_be_unset(cls) == unset


def test_a_named_tuple_is_told_from_a_tuple_and_from_a_dataclass() -> None:
    class Fields:
        _fields = ("k",)

    assert is_named_tuple(Pair)
    assert not any(map(is_named_tuple, (tuple, State, Fields)))
