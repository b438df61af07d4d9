"""Which calls have stand-ins of `torch.fx` for arguments, and are recorded without a check."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
import torch
from jaxtyping import Float
from torch import Tensor, fx

from typed_rope.checking import typed
from typed_rope.checking.boundary import Boundary
from typed_rope.checking.proxies import is_recorded

PROXY = fx.Proxy(fx.Graph().placeholder("x"))
X = torch.zeros(3, 5)


@dataclass
class Pair:
    k: Float[Tensor, "b t"]
    v: Float[Tensor, "b t"]


class Both(NamedTuple):
    k: Float[Tensor, "b t"]
    v: Float[Tensor, "b t"]


@typed
def take(x: Float[Tensor, "b t"], nested: list[Float[Tensor, "b t"]], anything: object) -> None: ...


BOUNDARY: Boundary = take.__boundary__  # type: ignore[attr-defined] # of every wrapper


def recorded(*result: object, **arguments: object) -> bool:
    return is_recorded(BOUNDARY, arguments, *result)


def nested(value: object, depth: int) -> object:
    for _ in range(depth):
        value = [value]
    return value


def half_made() -> Pair:
    pair: Pair = object.__new__(Pair)
    pair.v = PROXY  # type: ignore[assignment] # as a recording hands it over
    return pair


INSIDE: dict[str, Any] = {
    "list": [X, PROXY],
    "tuple": (X, PROXY),
    "dict": {"first": X, "second": PROXY},
    "dataclass": Pair(X, PROXY),  # type: ignore[arg-type] # as a recording hands it over
    "dataclass without a field": half_made(),
    "named tuple": Both(X, PROXY),  # type: ignore[arg-type] # as a recording hands it over
    "list of records": [Pair(X, X), Pair(PROXY, X)],  # type: ignore[arg-type] # as above
}


def test_a_call_without_stand_ins_is_not_recorded() -> None:
    assert not recorded(X, x=X, nested=[X], anything=[X, {"a": Pair(X, X)}])


@pytest.mark.parametrize("name", ["x", "nested", "anything"])
def test_a_stand_in_for_any_argument_is_recorded(name: str) -> None:
    assert recorded(**{"x": X, "nested": [X], "anything": None, name: PROXY})


@pytest.mark.parametrize("case", INSIDE)
def test_one_inside_counts_where_tensors_are_asked_for_and_in_results(case: str) -> None:
    assert recorded(x=X, nested=INSIDE[case], anything=None)
    assert recorded(INSIDE[case], x=X, nested=[X], anything=None)


@pytest.mark.parametrize("case", INSIDE)
def test_one_inside_what_asks_for_no_tensor_is_no_stand_in(case: str) -> None:
    assert not recorded(x=X, nested=[X], anything=INSIDE[case])


def test_a_result_is_a_stand_in_itself() -> None:
    assert recorded(PROXY, x=X, nested=[X], anything=None)
    assert not recorded(None, x=X, nested=[X], anything=None)


@pytest.mark.parametrize("depth", range(8))
def test_what_is_nested_in_more_than_five_containers_is_not_looked_for(depth: int) -> None:
    assert recorded(x=X, nested=nested(PROXY, depth), anything=None) is (depth <= 5)
    assert recorded(nested(PROXY, depth), x=X, nested=[], anything=None) is (depth <= 5)


def test_an_argument_that_is_not_there_is_no_stand_in() -> None:
    assert not recorded(x=X)
