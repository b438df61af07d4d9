"""Parameters without tensors, which are beartype's to judge."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, typed

B, T = 3, 5


@typed
def scale(x: Float[Tensor, "b t"], *, by: float = 2.0) -> Float[Tensor, "b t"]:
    return x * by


def test_plain_parameters_are_checked_by_beartype() -> None:
    @typed
    def options(mode: Literal["a", "b"], sizes: Sequence[int], call: Callable[..., int]) -> None:
        return None

    options("a", [1, 2], len)
    for wrong in (("c", [1], len), ("a", ["1"], len), ("a", [1], 3)):
        with pytest.raises(ShapeError):
            options(*wrong)


def test_a_float_may_be_an_int() -> None:
    assert scale(torch.ones(B, T), by=2).sum() == 2 * B * T
    with pytest.raises(ShapeError) as error:
        scale(torch.ones(B, T), by="2")  # type: ignore[arg-type]  # the mistake under test
    assert error.value.argument == "by"


def test_a_default_that_does_not_fit_is_left_alone() -> None:
    @typed
    def take(x: Float[Tensor, "b t"], n: int = "none") -> object:  # type: ignore[assignment]  # untrue
        return n

    assert take(torch.zeros(B, T)) == "none"
    with pytest.raises(ShapeError):
        take(torch.zeros(B, T), "2")  # type: ignore[arg-type]  # the mistake under test


def test_a_class_a_value_and_nothing_are_told_apart() -> None:
    @typed
    def take(kind: type[int], flag: bool | None, any: Any, none: None = None) -> None:
        return None

    take(bool, None, object())
    for wrong in ((3, None, 1), (str, None, 1), (int, 2, 1), (int, None, 1, 3)):
        with pytest.raises(ShapeError):
            take(*wrong)


def test_a_number_or_a_scalar_tensor_is_either() -> None:
    @typed
    def take(by: float | Float[Tensor, ""]) -> None:
        return None

    take(2)
    take(2.5)
    take(torch.zeros(()))
    for wrong in (torch.zeros(1), torch.zeros((), dtype=torch.int64), "2", None):
        with pytest.raises(ShapeError):
            take(wrong)  # type: ignore[arg-type]  # the mistakes under test


def test_a_hint_that_beartype_cannot_read_is_an_error_at_the_decoration() -> None:
    with pytest.raises(TypeError) as error:

        @typed
        def take(x: Float[Tensor, "b t"], n: 3) -> None:  # type: ignore[valid-type]  # the mistake under test
            return None

    assert str(error.value) == (
        "typed: take: beartype cannot check a value by the hint 3. Write another, or have "
        "@typed(shapes_only=True) leave alone what holds no tensors."
    )


class Reader(Protocol):
    def read(self) -> Tensor: ...


def test_a_protocol_that_nobody_can_check_is_an_error_at_the_decoration() -> None:
    def take(x: Float[Tensor, "b t"], reader: Reader) -> None:
        return None

    with pytest.raises(TypeError) as error:
        typed(take)
    assert str(error.value) == (
        "typed: take: Reader is a Protocol that nobody can check at run time. Decorate it with "
        "@typing.runtime_checkable, or have @typed(shapes_only=True) leave alone what holds no "
        "tensors."
    )
    typed(shapes_only=True)(take)(torch.zeros(3, 5), object())  # type: ignore[arg-type]  # no Reader
