"""Which arguments may have been handed over in each other's place."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from jaxtyping import Float, Int
from torch import Tensor

from typed_rope.checking import typed
from typed_rope.checking.boundary import Boundary
from typed_rope.checking.repairing.exchanges import exchanges

T, S, D = 5, 7, 8


def boundary(function: Callable[..., Any]) -> Boundary:
    found: Boundary = function.__boundary__  # type: ignore[attr-defined] # of every wrapper
    return found


def offered(function: Callable[..., Any], **arguments: object) -> list[tuple[int, dict[str, Any]]]:
    found = exchanges(boundary(function), arguments)
    return [(exchange.cost, dict(exchange.places)) for exchange in found]


def f(*sizes: int) -> Tensor:
    return torch.empty(sizes)


@typed
def two(x: Float[Tensor, "t d"], y: Float[Tensor, "s d"]) -> None: ...


@typed
def three(x: Float[Tensor, "t d"], y: Float[Tensor, "s d"], z: Float[Tensor, "s t"]) -> None: ...


@typed
def split(x: Float[Tensor, "t c"], heads: int) -> None: ...


def test_two_tensors_may_be_exchanged() -> None:
    assert offered(two, x=f(S, D), y=f(T, D)) == [(2, {"x": "y", "y": "x"})]


def test_what_is_alike_is_not_worth_exchanging() -> None:
    assert offered(two, x=f(T, D), y=f(T, D)) == []
    assert offered(two, x=f(T, D), y=f(T, D).double()) == [(2, {"x": "y", "y": "x"})]
    one: list[int] = []

    @typed
    def lists(left: list[int], right: list[int]) -> None: ...

    assert offered(lists, left=one, right=one) == []
    assert offered(lists, left=one, right=[1]) == [(2, {"left": "right", "right": "left"})]


def test_three_tensors_may_be_rotated_either_way() -> None:
    x, y, z = f(S, D), f(S, T), f(T, D)
    assert offered(three, x=x, y=y, z=z) == [
        (2, {"x": "y", "y": "x"}),
        (2, {"x": "z", "z": "x"}),
        (2, {"y": "z", "z": "y"}),
        (3, {"x": "y", "y": "z", "z": "x"}),
        (3, {"x": "z", "z": "y", "y": "x"}),
    ]


def test_values_of_different_types_may_be_exchanged_if_each_is_of_the_others() -> None:
    assert offered(split, x=6, heads=f(T, D)) == [(2, {"x": "heads", "heads": "x"})]
    assert offered(split, x="6", heads=f(T, D)) == []
    assert offered(split, x=6, heads="a") == []
    assert offered(split, x=f(T, D), heads=6) == []


@pytest.mark.parametrize(
    ("hint", "value", "may_be"),
    [
        (Float[Tensor, "t d"], f(T, D), True),
        (Float[Tensor, "t d"], f(T), False),
        (Float[Tensor, "t d"], f(T, S, D), False),
        (Float[Tensor, "t d"], f(T, D).long(), False),
        (Float[Tensor, "*b t d"], f(T), False),
        (Float[Tensor, "*b t d"], f(T, D), True),
        (Float[Tensor, "*b t d"], f(T, S, D), True),
        (Float[Tensor, "t d"] | Int[Tensor, " t"], torch.empty(T, dtype=torch.int64), True),
        (Float[Tensor, "t d"] | Int[Tensor, " t"], f(T), False),
        (Float[Tensor, "t d"] | None, f(T), False),
        (list[Float[Tensor, "t d"]], f(T), True),
        (list[Float[Tensor, "t d"]], [f(T)], True),
        (Float[Tensor, "t d"] | None, 3.5, True),
        (Float[Tensor, "t d"], 3.5, False),
        (int, 3.5, False),
        (int, 3, True),
    ],
    ids=str,
)
def test_an_argument_may_take_what_has_its_class_dtype_and_number_of_axes(
    hint: Any, value: object, may_be: bool
) -> None:
    def take(one: Any, other: Any) -> None: ...

    # The other may take anything that is handed over as `one`.
    take.__annotations__ |= {"one": hint, "other": Float[Tensor, "t d"]}
    found = offered(typed(take), one=f(T, D + 1), other=value)
    assert (found == [(2, {"one": "other", "other": "one"})]) is may_be


def test_defaults_and_arguments_without_annotation_keep_their_places() -> None:
    def free(x: Float[Tensor, "t d"], y: Any, z: Any = None) -> None: ...

    free.__annotations__ |= {"z": Float[Tensor, "s d"] | None}
    assert offered(typed(free), x=f(S, D), y=f(T, D), z=None) == []
    assert offered(typed(free), x=f(S, D), y=f(T, D), z=f(T, D)) == [(2, {"x": "z", "z": "x"})]


def test_arguments_of_any_number_keep_their_places() -> None:
    @typed
    def many(x: Float[Tensor, "t d"], *rest: Float[Tensor, "s d"], **named: Any) -> None: ...

    assert offered(many, x=f(T, D), rest=(f(S, D),), named={"a": f(S, D)}) == []


@typed
def attend(
    x: Float[Tensor, "t d"],
    bias: Float[Tensor, "t s"] | None = None,
    sinks: Float[Tensor, " t"] | None = None,
    scale: float | None = None,
) -> None: ...


def test_an_optional_tensor_may_be_meant_as_another_that_was_left_out() -> None:
    found = offered(attend, x=f(T, D), bias=None, sinks=f(T, S), scale=None)
    assert found[-1:] == [(2, {"sinks": None, "bias": "sinks"})]
    assert [places for _, places in found if "scale" in places] == []


def test_an_optional_tensor_moves_to_no_place_that_is_taken() -> None:
    found = offered(attend, x=f(T, D), bias=f(T), sinks=f(T, S), scale=None)
    assert [places for _, places in found if None in places.values()] == []


def test_only_what_was_passed_as_a_tensor_moves() -> None:
    assert offered(attend, x=f(T, D), bias=None, sinks=None, scale=None) == []
    assert offered(attend, x=f(T, D), bias=[1.0], sinks=None, scale=None) == []


def test_an_exchange_gives_each_the_value_that_it_should_have_had() -> None:
    x, y, z = f(T, D), f(S, D), f(T, S)
    both, *_ = exchanges(boundary(two), {"x": x, "y": y})
    assert list(both.apply({"x": x, "y": y, "how": 3}).items()) == [("x", y), ("y", x), ("how", 3)]
    arguments = {"x": x, "bias": None, "sinks": z, "scale": None}
    *_, moved = exchanges(boundary(attend), arguments)
    assert moved.apply(arguments) == {"x": x, "bias": z, "sinks": None, "scale": None}
