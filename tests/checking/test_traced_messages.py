"""What is written of a traced call from its description is what is written of the call itself."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FunctionType, SimpleNamespace
from typing import Any, NamedTuple, TypedDict

import numpy as np
import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking.boundary import Boundary, function_boundary
from typed_rope.checking.refuse import refuse
from typed_rope.checking.traced import make_traced

B, H, T, D = 2, 3, 5, 8
X, TABLE, ROW = torch.zeros(B, H, T, D), torch.zeros(T, D // 2), torch.zeros(T)


class Pair(NamedTuple):
    k: Float[Tensor, "b t"]
    n: int
    v: Float[Tensor, "b t"]


@dataclass(frozen=True)
class State:
    k: Float[Tensor, "b t"]
    size: int
    v: Float[Tensor, "b {size}"] | None = None
    late: Float[Tensor, " b"] = field(init=False)


@dataclass
class Outer:
    inner: State
    pairs: list[Pair]


class Keys(TypedDict):
    k: Float[Tensor, "b t"]


KV, OTHER = torch.zeros(B, T), torch.zeros(B, D)
Arguments = tuple[object, ...]
CASES: dict[str, tuple[dict[str, Any], Arguments]] = {
    "exchanged axes": (
        {"x": Float[Tensor, "b h t d"], "cos": Float[Tensor, "t d/2"]}, (X.transpose(1, 2), TABLE),
    ),
    "number for a tensor": ({"x": Float[Tensor, " t"], "n": int}, (3, 5)),
    "text for a number": ({"x": Float[Tensor, " t"], "n": int}, (ROW, "it's")),
    "nothing": ({"x": Float[Tensor, " t"]}, (None,)),
    "flag": ({"x": Float[Tensor, " t"]}, (True,)),
    "dtype": ({"x": Float[Tensor, " t"]}, (ROW.long(),)),
    "braces": ({"x": Float[Tensor, "t {n}*2"], "n": int}, (TABLE, 3)),
    "braces of an object": (
        {"config": Any, "x": Float[Tensor, "t {config.width}"]}, (SimpleNamespace(width=7), TABLE),
    ),
    "two braces": ({"x": Float[Tensor, "{n} {m+1}"], "m": int, "n": int}, (TABLE, 3, 4)),
    "list": ({"parts": list[Float[Tensor, "b t"]]}, ([KV, KV, OTHER],)),
    "list for a tuple": ({"parts": tuple[Float[Tensor, "b t"], ...]}, ([KV],)),
    "tuple": ({"parts": tuple[Float[Tensor, "b t"], int]}, ((KV, 3, 4),)),
    "dict": ({"named": dict[str, Float[Tensor, "b t"]]}, ({"a": KV, "b": OTHER},)),
    "typed dict": ({"named": Keys, "x": Float[Tensor, " t"]}, ({"k": OTHER}, ROW)),
    "named tuple": ({"pair": Pair}, (Pair(KV, 3, OTHER),)),
    "dataclass": ({"state": State, "x": Float[Tensor, " t"]}, (State(OTHER, 3), ROW)),
    "braces of a record": ({"state": State, "size": int}, (State(KV, D, KV), T)),
    "records in a record": (
        {"outer": Outer, "n": int}, (Outer(State(KV, 3), [Pair(KV, 1, KV), Pair(OTHER, 1, KV)]), 3),
    ),
    "another class": ({"state": State}, (SimpleNamespace(k=KV),)),
}  # fmt: skip


def boundary(**hints: Any) -> Boundary:
    names = [name for name in hints if name != "return"]
    function: FunctionType = eval(f"lambda {', '.join(names)}: None")
    function.__name__ = function.__qualname__ = "take"
    function.__annotations__ = hints
    return function_boundary(function, None)


def written(found: Boundary, arguments: Arguments, *result: object) -> str:
    error = refuse(found, dict(zip(found.names, arguments, strict=True)), *result)
    assert error is not None
    return str(error)


@pytest.mark.parametrize("case", CASES)
def test_the_message_from_a_description_is_that_of_the_call(case: str) -> None:
    hints, arguments = CASES[case]
    found = boundary(**hints)
    describe, explain = make_traced(found)
    assert explain(describe(arguments)) == written(found, arguments)


def test_the_message_of_a_result_is_that_of_the_call() -> None:
    found = boundary(state=State, **{"return": State | Float[Tensor, "t b {state.size}"]})
    describe, explain = make_traced(found)
    for result in (State(OTHER, 3), torch.zeros(T, B, 4), None):
        arguments = (State(KV, 3),)
        assert explain(describe(arguments, result)) == written(found, arguments, result)


def test_a_description_is_a_literal_of_the_braces_the_arguments_and_the_result() -> None:
    found = boundary(x=Float[Tensor, "{n} t"], n=int, **{"return": Float[Tensor, " {n+1}"]})
    describe, _ = make_traced(found)
    given, arguments, result = ast.literal_eval(describe((TABLE, 3), ROW))
    assert given == [("constant", 3), ("constant", 4)]
    assert arguments == [("tensor", "torch.float32", [T, D // 2]), ("constant", 3)]
    assert result == [("tensor", "torch.float32", [T])]


def test_what_only_the_judge_knows_is_named_and_not_described() -> None:
    found = boundary(
        x=Float[Tensor, " t"], y=Float[np.ndarray, " t"], z=list[Float[np.ndarray, " t"]]
    )
    _, explain = make_traced(found)
    assert explain("never read") == (
        "take: torch.compile cannot follow the check of y, z, which is left to jaxtyping. Hand "
        "over torch tensors, or call this function outside of the compiled one."
    )


def test_an_explanation_is_a_constant_to_dynamo() -> None:
    explain: Callable[[str], str] = make_traced(boundary(x=Float[Tensor, " t"]))[1]
    assert explain._dynamo_marked_constant is True  # type: ignore[attr-defined] # read by Dynamo
