"""Fields of checked records that are set late, or have the names of what the check itself holds."""

from dataclasses import dataclass, field
from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, typed

B, S, N = 3, 5, 7
K, V = torch.zeros(B, S), torch.zeros(S, B)


@typed
@dataclass
class Lazy:
    k: Float[Tensor, "b s"]
    total: Float[Tensor, " b"] = field(init=False)


@typed
@dataclass(slots=True)
class LazySlotted:
    k: Float[Tensor, "b s"]
    total: Float[Tensor, " b"] = field(init=False)


@typed
@dataclass(init=False)
class Own:
    k: Float[Tensor, "b s"]
    total: Float[Tensor, " b"]

    def __init__(self, k: Tensor) -> None:
        self.k = k


@pytest.mark.parametrize("cls", [Lazy, LazySlotted, Own])
def test_a_field_that_is_not_set_yet_is_left_alone_until_it_is(cls: Any) -> None:
    @typed
    def take(record: cls, bias: Float[Tensor, " b"]) -> None:
        return None

    record = cls(K)
    with pytest.raises(ShapeError):
        cls(K[0])
    take(record, torch.zeros(B))
    with pytest.raises(ShapeError) as error:
        take(record, torch.zeros(S))
    assert error.value.function == "take"
    record.total = torch.zeros(S)
    with pytest.raises(ShapeError):
        take(record, torch.zeros(B))


def test_fields_may_be_called_as_the_instance_and_what_the_check_holds() -> None:
    @typed
    @dataclass
    class Strange:
        self: Float[Tensor, "b s"]
        guard: Float[Tensor, "{self.shape[0]} s"]
        result: int = N
        __function: int = N

    assert Strange(K, K).guard is K
    with pytest.raises(ShapeError):
        Strange(K, V)


def test_parameters_may_be_called_as_what_the_check_holds() -> None:
    @typed
    def strange(__guard: Float[Tensor, "b s"], __function: int, ___bound: int = N) -> int:
        return ___bound

    assert strange(K, 2) == N
    with pytest.raises(ShapeError):
        strange(K[0], 2)


def test_the_fix_of_a_record_is_written_with_what_its_caller_hands_over() -> None:
    @typed
    @dataclass
    class Made:
        k: Float[Tensor, "b s"]
        bias: Float[Tensor, " s"]

        def __new__(cls, *args: Any, **kwargs: Any) -> "Made":
            return object.__new__(cls)

    with pytest.raises(ShapeError) as error:
        Made(K, torch.zeros(B))
    assert error.value.fix == {"k": "k.transpose(0, 1)"}
    assert str(error.value).splitlines()[-1] == "Write: Made(k.transpose(0, 1), bias)"
