"""Values of the wrong type and dtype are converted before anything else is tried."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from typed_rope.checking import typed
from typed_rope.checking.boundary import Boundary
from typed_rope.checking.leaves import given_values
from typed_rope.checking.repairing.settling import settled
from typed_rope.checking.repairing.state import Refused, State

T, S, D = 5, 7, 8


def refused(function: Callable[..., Any], *result: object, **arguments: object) -> Refused:
    boundary: Boundary = function.__boundary__  # type: ignore[attr-defined] # of every wrapper
    return Refused(boundary, arguments, given_values(boundary, arguments), result)


def told(
    states: list[State],
) -> list[tuple[int, list[tuple[str, tuple[str, ...]]], dict[str, str]]]:
    return [
        (state.cost, [(m.kind, m.paths) for m in state.mistakes], dict(state.written))
        for state in states
    ]


def f(*sizes: int) -> Tensor:
    return torch.zeros(sizes)


@typed
def rotate(
    x: Float[Tensor, "t d"], cos: Float[Tensor, "t d/2"], sin: Float[Tensor, "t d/2"]
) -> Float[Tensor, "t d"]:
    return x


def test_a_call_of_right_types_is_left_as_it_is() -> None:
    call = refused(rotate, x=f(T, D), cos=f(T, 4), sin=f(T, 4))
    (state,) = settled(call)
    assert told([state]) == [(0, [], {})]
    assert (state.leaves, state.roots) == (call.leaves, None)


def test_the_same_conversion_of_two_values_is_one_mistake() -> None:
    array = np.zeros((T, 4), dtype=np.float32)
    (state,) = settled(refused(rotate, x=f(T, D), cos=array, sin=array))
    how = "torch.from_numpy({0})"
    assert told([state]) == [(2, [("type", ("cos", "sin"))], {"cos": how, "sin": how})]
    assert [seen.sizes for seen in state.tensors] == [(T, D), (T, 4), (T, 4)]


def test_two_conversions_are_two_mistakes() -> None:
    (state,) = settled(
        refused(rotate, x=[[0.0] * D] * T, cos=np.zeros((T, 4), dtype=np.float32), sin=f(T, 4))
    )
    assert told([state]) == [
        (4, [("type", ("x", "cos"))], {"x": "torch.tensor({0})", "cos": "torch.from_numpy({0})"})
    ]


def test_each_way_to_convert_a_value_is_a_state_four_at_most() -> None:
    @typed
    def embed(ids: Float[Tensor, "b t"]) -> None: ...

    named = {name: f(T, D) for name in "abcde"}
    found = settled(refused(embed, ids=named))
    assert [state.written for state in found] == [{"ids": f"{{0}}['{name}']"} for name in "abcd"]


def test_where_a_value_cannot_be_converted_there_is_no_state() -> None:
    assert settled(refused(rotate, x=None, cos=f(T, 4), sin=f(T, 4))) == []
    assert settled(refused(rotate, x=None, cos=[[0.5]], sin=f(T, 4))) == []


def test_what_becomes_of_a_container_falls_into_leaves_that_fit_or_is_no_way() -> None:
    @typed
    def stack(parts: tuple[Float[Tensor, " t"], ...]) -> None: ...

    (state,) = settled(refused(stack, parts=[f(T), f(S)]))
    assert told([state]) == [(2, [("type", ("parts",))], {"parts": "tuple({0})"})]
    assert [leaf.path for leaf in state.leaves] == ["parts[0]", "parts[1]"]
    assert settled(refused(stack, parts=["a", f(S)])) == []


def test_a_value_inside_a_container_is_converted_in_its_place() -> None:
    @typed
    def stack(parts: list[Float[Tensor, " t"]]) -> None: ...

    (state,) = settled(refused(stack, parts=[f(T), [0.5] * T]))
    assert told([state]) == [(2, [("type", ("parts[1]",))], {"parts[1]": "torch.tensor({0})"})]
    assert [seen.sizes for seen in state.tensors] == [(T,), (T,)]


def test_a_cast_is_added_to_the_conversion_before_it() -> None:
    @typed
    def embed(ids: Int[Tensor, "b t"]) -> None: ...

    (state,) = settled(refused(embed, ids=np.zeros((2, 5))))
    assert told([state]) == [
        (
            5,
            [("type", ("ids",)), ("dtype", ("ids",))],
            {"ids": "torch.from_numpy({0}).to(torch.int64)"},
        )
    ]


def test_tables_of_one_wrong_dtype_are_one_mistake_and_one_dtype() -> None:
    half = f(T, 4).long()
    (state,) = settled(refused(rotate, x=f(T, D), cos=half, sin=half))
    how = "{0}.to(torch.float32)"
    assert told([state]) == [(3, [("dtype", ("cos", "sin"))], {"cos": how, "sin": how})]
    assert {seen.dtype for seen in state.tensors} == {torch.float32}


def test_the_dtype_of_a_twin_comes_before_that_of_anybody_else() -> None:
    call = refused(rotate, x=f(T, D).half(), cos=f(T, 4).long(), sin=f(T, 4).double())
    (state,) = settled(call)
    assert state.written == {"cos": "{0}.to(torch.float64)"}
    call = refused(rotate, x=f(T, D).half(), cos=f(T, 4).long(), sin=f(T, 4).long())
    (state,) = settled(call)
    assert set(state.written.values()) == {"{0}.to(torch.float16)"}


def test_where_no_cast_is_known_there_is_no_state() -> None:
    @typed
    def hide(x: Float[Tensor, "t d"], hidden: Bool[Tensor, "t d"]) -> None: ...

    assert settled(refused(hide, x=f(T, D), hidden=f(T, D))) == []


def test_the_cheapest_way_comes_first() -> None:
    @typed
    def embed(ids: Float[Tensor, "b t"]) -> None: ...

    found = settled(refused(embed, ids={"a": f(T, D).long(), "b": f(T, D)}))
    assert [(state.cost, state.written["ids"]) for state in found] == [
        (2, "{0}['b']"),
        (5, "{0}['a'].to(torch.float32)"),
    ]


def test_of_a_result_only_the_result_is_converted() -> None:
    array = np.zeros((T, D), dtype=np.float32)
    (state,) = settled(refused(rotate, array, x=f(T, D), cos=f(T, 4), sin=f(T, 4)))
    assert told([state]) == [(2, [("type", ("return",))], {"return": "torch.from_numpy({0})"})]
    assert state.roots == frozenset({"return"})
    call = refused(rotate, f(T, D).long(), x=f(T, D), cos=f(T, 4), sin=f(T, 4))
    assert told(settled(call)) == [
        (3, [("dtype", ("return",))], {"return": "{0}.to(torch.float32)"})
    ]


def test_a_result_in_a_container_falls_into_leaves_of_its_own() -> None:
    @typed
    def split(x: Float[Tensor, "t d"]) -> tuple[Float[Tensor, " t"], ...]:
        return ()

    (state,) = settled(refused(split, [f(T), f(T)], x=f(T, D)))
    assert told([state]) == [(2, [("type", ("return",))], {"return": "tuple({0})"})]
    assert [leaf.path for leaf in state.leaves] == ["x", "return[0]", "return[1]"]
    assert [seen.sizes for seen in state.tensors] == [(T, D), (T,), (T,)]


def test_of_a_result_the_dtype_of_an_argument_is_no_excuse() -> None:
    assert settled(refused(rotate, f(T, D), x=f(T, D).long(), cos=f(T, 4), sin=f(T, 4))) == []
