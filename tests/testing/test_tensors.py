"""Drawn tensors have the dtypes, the values and the containers that their annotations say."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
import torch
from hypothesis import given, settings
from jaxtyping import BFloat16, Bool, Complex64, Float, Float32, Int, Int8, Shaped, UInt8
from torch import Tensor

from typed_rope.dtypes import Wide
from typed_rope.testing import Arguments, arguments, tensors

laws = settings(max_examples=25, deadline=None)


@pytest.mark.parametrize(
    ("hint", "dtypes"),
    [
        (Float[Tensor, " t"], {torch.float32, torch.float64, torch.bfloat16, torch.float16}),
        (Wide[Tensor, " t"], {torch.float32, torch.float64}),
        (Int[Tensor, " t"], {torch.int64, torch.int32}),
        (Bool[Tensor, " t"], {torch.bool}),
        (Float32[Tensor, " t"], {torch.float32}),
        (BFloat16[Tensor, " t"], {torch.bfloat16}),
        (UInt8[Tensor, " t"], {torch.uint8}),
        (Int8[Tensor, " t"], {torch.int8}),
        (Complex64[Tensor, " t"], {torch.complex64}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_dtypes_are_those_of_the_family_and_values_are_finite(
    hint: Any, dtypes: set[torch.dtype]
) -> None:
    seen: set[torch.dtype] = set()

    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(tensors(hint))
    def look(x: Tensor) -> None:
        seen.add(x.dtype)
        assert bool(torch.isfinite(x.to(torch.complex128)).all())

    look()
    assert seen == dtypes


@laws
@given(
    tensors(tuple[Float[Tensor, "b t"], list[Float[Tensor, "t b"]], dict[str, Shaped[Tensor, ""]]])
)
def test_containers_agree_on_their_sizes(value: Any) -> None:
    first, others, scalars = value
    assert {x.shape for x in others} == {first.shape[::-1]}
    assert {x.shape for x in scalars.values()} == {()}


@dataclass
class State:
    k: Float[Tensor, "b t {heads}"]
    heads: int


class Pair(NamedTuple):
    left: Float[Tensor, "b t"]
    right: Int[Tensor, "t b+1"]


@laws
@given(tensors(State), tensors(Pair))
def test_records_agree_within_themselves(state: State, pair: Pair) -> None:
    assert state.k.shape[2] == state.heads
    assert pair.right.shape == (pair.left.shape[1], pair.left.shape[0] + 1)


@laws
@given(tensors(Int[Tensor, "b t"], elements=range(3, 7)))
def test_elements_bound_the_values(x: Tensor) -> None:
    assert set(x.flatten().tolist()) <= {3, 4, 5, 6}


def test_an_axis_bounds_the_values_that_index_it() -> None:
    def embed(ids: Int[Tensor, "b t"], table: Float[Tensor, "v c"]) -> Float[Tensor, "b t c"]:
        return table[ids.long()]

    @laws
    @given(arguments(embed, values={"ids": "v"}))
    def law(found: Arguments) -> None:
        found.call()

    law()
