"""How a refused call is written again, and that an explanation never fails itself."""

# ruff: noqa: E501 # a message keeps its lines

from collections.abc import Callable
from dataclasses import dataclass
from textwrap import dedent
from typing import Any

import numpy as np
import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, typed
from typed_rope.checking.boundary import Boundary
from typed_rope.checking.explaining import refusal
from typed_rope.checking.repairing import trial_of

B, T, D = 2, 5, 8


def f(*sizes: int) -> Tensor:
    return torch.zeros(sizes)


def refused(call: Callable[..., object], *arguments: Any, **named: Any) -> ShapeError:
    with pytest.raises(ShapeError) as error:
        call(*arguments, **named)
    return error.value


def message(call: Callable[..., object], *arguments: Any, **named: Any) -> str:
    return str(refused(call, *arguments, **named))


def last(call: Callable[..., object], *arguments: Any, **named: Any) -> str:
    return message(call, *arguments, **named).splitlines()[-1]


def says(text: str) -> str:
    return dedent(text).strip()


@typed
def mix(
    x: Float[Tensor, "t d"],
    how: str = "mean",
    bias: Float[Tensor, " t"] | None = None,
    *rest: int,
    scale: float = 1.0,
    **more: int,
) -> Float[Tensor, "t d"]:
    return x.T


class Model:
    @typed
    def forward(self, x: Float[Tensor, "5 d"], width: int = 2) -> None: ...


def test_defaults_are_not_written_and_what_comes_after_one_is_written_by_name() -> None:
    turned = f(D, T)
    assert last(mix, turned, bias=f(T)) == "Write: mix(x.transpose(0, 1), bias=bias)"
    assert last(mix, turned, "sum", f(T)) == "Write: mix(x.transpose(0, 1), how, bias)"
    assert last(mix, turned, "sum", f(T), scale=0.5) == (
        "Write: mix(x.transpose(0, 1), how, bias, scale=scale)"
    )


def test_any_number_of_arguments_is_passed_on_with_stars() -> None:
    assert last(mix, f(D, T), "sum", f(T), 1, 2, n=3) == (
        "Write: mix(x.transpose(0, 1), how, bias, *rest, **more)"
    )


def test_a_method_is_written_by_its_name_without_its_instance() -> None:
    assert last(Model().forward, f(D, T)) == "Write: forward(x.transpose(0, 1))"
    assert last(Model().forward, f(D, T), 3) == "Write: forward(x.transpose(0, 1), width)"


def test_a_repair_that_leaves_an_argument_out_does_not_write_it() -> None:
    @typed
    def attend(
        x: Float[Tensor, "t d"],
        bias: Float[Tensor, "t s"] | None = None,
        sinks: Float[Tensor, " t"] | None = None,
    ) -> None: ...

    assert last(attend, f(T, D), sinks=f(T, 7)) == "Write: attend(x, sinks)"


def test_a_wrong_result_is_written_as_what_to_return() -> None:
    error = refused(mix, f(T, D), bias=f(T))
    assert str(error) == says(
        """
        mix: the result fits its annotation with t and d exchanged: the function's own promise, not your call.
          x:      Float[Tensor, "t d"]   float32 (5, 8)   t = 5, d = 8
          bias:   Float[Tensor, "t"]     float32 (5,)     t = 5
        > result: Float[Tensor, "t d"]   float32 (8, 5)   t = 8, d = 5
        Write: return result.transpose(0, 1)
        """
    )
    assert (error.argument, error.fix) == ("return", {})


def test_without_a_repair_the_axes_are_as_the_others_bind_them() -> None:
    error = refused(mix, f(T, D), bias=f(7))
    assert error.bindings == {"t": T, "d": D}
    assert error.fix == {}
    assert (error.function, error.argument) == ("mix", "bias")
    assert error.declared == {"x": 'Float[Tensor, "t d"]', "bias": 'Float[Tensor, "t"]'}
    assert error.actual == {"x": "float32 (5, 8)", "bias": "float32 (7,)"}


@dataclass
class Pair:
    k: Float[Tensor, "t d"]
    v: Float[Tensor, "t d"]


@typed
def store(x: Float[Tensor, "t d"], pair: Pair, named: dict[str, Pair]) -> None: ...


def first(call: Callable[..., object], *arguments: Any) -> str:
    return message(call, *arguments).splitlines()[0]


def test_a_field_is_told_with_the_record_that_it_is_of() -> None:
    right, wrong = Pair(f(T, D), f(T, D)), Pair(f(T, D), f(7, D))
    assert first(store, f(T, D), wrong, {}) == (
        "store: pair.v (a field of Pair) has t = 7, where x has t = 5."
    )
    both = Pair(f(7, D), f(7, D))
    assert first(store, f(T, D), both, {"a": right}) == (
        "store: pair.k and pair.v (fields of Pair) have t = 7, where x has t = 5."
    )
    assert first(store, f(T, D), right, {"two words": wrong}) == (
        "store: named['two words'].v (a field of Pair) has t = 7, where x has t = 5."
    )


def test_two_fields_that_are_not_told_together_are_told_as_one_each() -> None:
    unlike = Pair(f(7, D), f(9, D))
    assert first(store, f(T, D), unlike, {}) == (
        "store: pair.k (a field of Pair) has t = 7, where x has t = 5; "
        "pair.v has t = 9, where x has t = 5."
    )


def test_a_key_that_is_no_python_is_told_as_it_is() -> None:
    class Key(str):
        def __repr__(self) -> str:
            return "<key>"

    wrong = Pair(f(T, D), f(7, D))
    assert first(store, f(T, D), Pair(f(T, D), f(T, D)), {Key("a"): wrong}) == (
        "store: named[<key>].v has t = 7, where x has t = 5."
    )


def test_whatever_a_value_does_when_it_is_looked_at_the_refusal_stands() -> None:
    class Broken(dict[str, Tensor]):
        def items(self) -> Any:
            raise RuntimeError("never read")

    @typed
    def embed(x: Float[Tensor, "t d"]) -> None: ...

    assert first(embed, Broken()).startswith("embed: x is a ")


def test_what_only_the_judge_knows_is_not_searched_for_a_repair() -> None:
    @typed
    def plot(x: Float[np.ndarray, "t 5"], y: Float[Tensor, "t d"]) -> None: ...

    error = refused(plot, np.zeros((T, D), dtype=np.float32), f(T, D))
    assert error.fix == {}
    assert str(error).splitlines()[0] == "plot: x does not fit its annotation."


def boundary(function: Callable[..., Any]) -> Boundary:
    found: Boundary = function.__boundary__  # type: ignore[attr-defined] # of every wrapper
    return found


def test_without_a_call_that_is_being_refused_the_explanation_is_the_same() -> None:
    error = refusal(boundary(Model.forward), {"self": Model(), "x": f(D, T), "width": 2}, {})
    assert str(error) == message(Model().forward, f(D, T))


def test_a_refusal_on_trial_is_not_explained() -> None:
    model, x, texts = Model(), f(D, T), list[str]()

    def ours() -> None:
        texts.append(message(model.forward, x))

    ours.__module__ = "typed_rope.made_up"
    trial = trial_of(ours)
    assert trial is not None
    assert trial({})
    assert texts == ["Model.forward"]


def test_at_most_two_repairs_are_shown() -> None:
    @typed
    def many(x: Float[Tensor, "b t d"], y: Float[Tensor, " e"]) -> None: ...

    assert last(many, f(T, D), f(3)) == "Write: many(x.unsqueeze(0), y) or many(x.unsqueeze(1), y)"


def test_two_wrong_dtypes_are_told_in_order_and_each_once() -> None:
    @typed
    def add(x: Float[Tensor, " t"], y: Float[Tensor, " t"], z: Float[Tensor, " t"]) -> None: ...

    assert first(add, f(T).long(), f(T).int(), f(T).long()) == (
        "add: x, y and z are int64 and int32, which is not Float."
    )
