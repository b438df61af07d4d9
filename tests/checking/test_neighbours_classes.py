"""Checked functions and methods with overloads, type variables, abstract classes and protocols."""

import abc
from typing import (
    Any,
    Generic,
    Protocol,
    Self,
    TypeGuard,
    TypeVar,
    TypeVarTuple,
    get_overloads,
    overload,
    runtime_checkable,
)

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, typed

B, T, D = 3, 5, 8
X, W, SHORT = torch.randn(B, T, D), torch.randn(D), torch.randn(D - 2)

V = TypeVar("V")
AnyTensor = TypeVar("AnyTensor", bound=Tensor)
Either = TypeVar("Either", int, Float[Tensor, "b t d"])
Vs = TypeVarTuple("Vs")


@overload
@typed
def times(x: Float[Tensor, "b t"], by: None = None) -> Float[Tensor, "b t"]: ...
@overload
@typed
def times(x: Float[Tensor, "b t d"], by: int) -> Float[Tensor, "b t d"]: ...
@typed
def times(x: Float[Tensor, "b t"] | Float[Tensor, "b t d"], by: int | None = None) -> Tensor:
    return x * (by or 2)


def test_overloads_are_kept_and_the_implementation_is_checked() -> None:
    assert torch.equal(times(X, 3), X * 3)
    assert len(get_overloads(times)) == 2
    with pytest.raises(ShapeError):
        times(W)


class Holder(Generic[V]):
    def __init__(self, value: V) -> None:
        self.value = value

    @typed
    def with_tensor(self, x: Float[Tensor, "b t d"], value: V) -> V:
        return value

    @typed
    def itself(self, x: Float[Tensor, "b t d"]) -> Self:
        return self


class Numbers(Holder[int]):
    pass


@pytest.mark.parametrize("cls", [Holder, Numbers, Holder[int]])
def test_generic_classes_and_self_are_read(cls: Any) -> None:
    holder = cls(2)
    assert holder.with_tensor(X, 3) == 3
    assert holder.itself(X) is holder
    with pytest.raises(ShapeError):
        holder.itself(W)


def test_type_variables_stand_for_their_bound_or_constraints() -> None:
    @typed
    def bound(x: Float[AnyTensor, "b t d"], w: Float[Tensor, " d"]) -> Float[AnyTensor, "b t d"]:
        return x

    @typed
    def constrained(x: Either, w: Float[Tensor, " d"]) -> Either:
        return x

    @typed
    def many(x: Float[Tensor, "b t d"], *values: *Vs) -> tuple[*Vs]:
        return values

    assert bound(X, W) is X
    assert constrained(X, W) is X
    assert constrained(3, W) == 3
    assert many(X, 1, "a") == (1, "a")
    for wrong in (bound, constrained):
        with pytest.raises(ShapeError):
            wrong(X, SHORT)


def test_a_type_guard_returns_a_bool() -> None:
    @typed
    def is_square(x: Float[Tensor, "*b t d"]) -> TypeGuard[Float[Tensor, "*b d d"]]:
        return x.shape[-1] == x.shape[-2]

    assert not is_square(X)


class Abstract(abc.ABC):
    @abc.abstractmethod
    @typed
    def above(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b t d"]: ...

    @typed
    @abc.abstractmethod
    def below(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b t d"]: ...

    @property
    @abc.abstractmethod
    @typed
    def table(self) -> Float[Tensor, "b t d"]: ...


@runtime_checkable
class Forward(Protocol):
    @typed
    def forward(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b t d"]: ...


class Concrete(Abstract, Forward):
    table = X

    def above(self, x: Tensor) -> Tensor:
        return x

    @typed
    def below(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b t d"]:
        return x

    def forward(self, x: Tensor) -> Tensor:
        return x


def test_abstract_methods_stay_abstract_and_their_implementation_counts() -> None:
    assert Abstract.__abstractmethods__ == {"above", "below", "table"}
    assert Concrete().above(W) is W
    with pytest.raises(ShapeError):
        Concrete().below(W)


def test_a_protocol_of_checked_methods_may_be_a_parameter() -> None:
    @typed
    def run(model: Forward, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b t d"]:
        return model.forward(x)

    assert run(Concrete(), X) is X
    with pytest.raises(ShapeError):
        run(object(), X)  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(ShapeError):
        run(Concrete(), W)


class Special:
    __slots__ = ("size",)

    def __init__(self, size: int) -> None:
        self.size = size

    @typed
    def __call__(self, x: Float[Tensor, "b t {self.size}"]) -> type:
        cls: type = __class__  # type: ignore[name-defined]  # a cell that the compiler makes
        return cls

    @typed
    def hidden(self, __x: Float[Tensor, "b t d"], *, __y: int = 3) -> int:
        return __y


def test_special_methods_slots_and_private_parameters_are_read() -> None:
    assert Special(D)(X) is Special
    assert Special(D).hidden(X) == 3
    with pytest.raises(ShapeError):
        Special(T)(X)
    with pytest.raises(ShapeError):
        Special(D).hidden(W)
