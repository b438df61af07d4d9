"""Dataclasses and NamedTuples whose instances are checked when they are made."""

import copy
import dataclasses
import inspect
import pickle
from dataclasses import InitVar, dataclass, field
from typing import Any, ClassVar, NamedTuple

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, typed

B, S, D, N = 3, 5, 8, 7
K, V = torch.zeros(B, S), torch.zeros(S, B)


@typed
@dataclass
class Plain:
    k: Float[Tensor, "b s"]
    v: Float[Tensor, "b s"]


@typed
@dataclass(frozen=True)
class Frozen:
    k: Float[Tensor, "b s"]
    v: Float[Tensor, "b s"]


@typed
@dataclass(slots=True)
class Slotted:
    k: Float[Tensor, "b s"]
    v: Float[Tensor, "b s"]


@typed
@dataclass(kw_only=True)
class Named:
    k: Float[Tensor, "b s"]
    v: Float[Tensor, "b s"]


@typed
class Pair(NamedTuple):
    k: Float[Tensor, "b s"]
    v: Float[Tensor, "b s"]


@typed
@dataclass
class Wider(Plain):
    bias: Float[Tensor, " s"]
    count: int = 2


@typed
@dataclass
class Made:
    x: Float[Tensor, "b s"]
    parts: list[Float[Tensor, "b s"]] = field(default_factory=list)
    total: Float[Tensor, " b"] = field(init=False)
    limit: ClassVar[int] = N
    start: InitVar[int] = 0

    def __post_init__(self, start: int) -> None:
        self.total = self.x.sum(1) if start == 0 else self.x.sum(0)


@typed
@dataclass
class Sized:
    """Holds rows."""

    size: int
    rows: Float[Tensor, "{size} d"]
    more: Float[Tensor, "{self.size}+1 d"] | None = None


@pytest.mark.parametrize("cls", [Plain, Frozen, Slotted, Named, Pair])
def test_the_fields_of_an_instance_agree(cls: Any) -> None:
    instance = cls(k=K, v=K)
    assert instance.k is K
    with pytest.raises(ShapeError) as error:
        cls(k=K, v=V)
    assert error.value.function == cls.__name__


@pytest.mark.parametrize("cls", [Plain, Frozen, Slotted, Named, Pair])
def test_an_instance_is_copied_and_pickled(cls: Any) -> None:
    instance = cls(k=K, v=K)
    pickled = pickle.loads(pickle.dumps(instance))
    for again in (copy.copy(instance), copy.deepcopy(instance), pickled):
        assert type(again) is cls
        assert again.v.shape == (B, S)


def test_the_class_itself_is_kept() -> None:
    @dataclass
    class Local:
        k: Float[Tensor, "b s"]

    signature = inspect.signature(Local)
    assert typed(Local) is Local
    assert inspect.signature(Local) == signature


def test_a_changed_copy_is_checked() -> None:
    assert dataclasses.replace(Frozen(K, K), v=K).v is K
    with pytest.raises(ShapeError):
        dataclasses.replace(Frozen(K, K), v=V)
    with pytest.raises(ShapeError):
        Pair(K, K)._replace(v=V)
    with pytest.raises(ShapeError):
        Pair._make([K, V])


def test_inherited_fields_are_checked_with_the_new_ones() -> None:
    Wider(K, K, torch.zeros(S))
    for k, v, bias in ((K, V, torch.zeros(S)), (K, K, torch.zeros(B))):
        with pytest.raises(ShapeError) as error:
            Wider(k, v, bias)
        assert error.value.function == "Wider"
    with pytest.raises(ShapeError):
        Wider(K, K, torch.zeros(S), "2")  # type: ignore[arg-type]  # the mistake under test


def test_a_subclass_that_is_not_decorated_checks_what_it_inherits() -> None:
    @dataclass
    class Loose(Plain):
        pass

    class Subclass(Plain):
        pass

    Subclass(K, K)
    with pytest.raises(ShapeError):
        Subclass(K, V)
    Loose(K, V)  # its own __init__, which nobody asked to check


def test_what_post_init_leaves_is_checked() -> None:
    assert Made(K).total.shape == (B,)
    with pytest.raises(ShapeError):
        Made(K, start=1)
    with pytest.raises(ShapeError):
        Made(K, [K, V])


def test_post_init_meets_what_it_was_written_for() -> None:
    @typed
    @dataclass
    class Joined:
        x: Float[Tensor, "b s"]
        y: Float[Tensor, "b s"]

        def __post_init__(self) -> None:
            self.total = self.x + self.y  # torch refuses what cannot be added

    assert Joined(K, K).total.shape == (B, S)
    with pytest.raises(ShapeError):
        Joined(K, V)


def test_default_factories_make_one_value_for_each_instance() -> None:
    assert Made(K).parts is not Made(K).parts


def test_braces_read_the_fields() -> None:
    Sized(S, V, torch.zeros(S + 1, B))
    with pytest.raises(ShapeError):
        Sized(S, K)
    with pytest.raises(ShapeError):
        Sized(S, V, torch.zeros(S, B))


def test_a_default_that_does_not_fit_is_left_alone() -> None:
    @typed
    @dataclass
    class Late:
        k: Float[Tensor, "b s"] = None  # type: ignore[assignment]  # the untrue default is the case

    assert Late().k is None
    with pytest.raises(ShapeError):
        Late(torch.zeros(B))


def test_a_class_that_is_no_record_is_refused() -> None:
    class Module:
        x: Float[Tensor, "b s"]

    with pytest.raises(TypeError) as error:
        typed(Module)
    assert str(error.value) == (
        "typed: test_a_class_that_is_no_record_is_refused.<locals>.Module is neither a dataclass "
        "nor a NamedTuple. Decorate the methods of a class (forward of a module); put @typed above "
        "@dataclass."
    )


@dataclass
class Foreign:
    x: Float[Tensor, "b s"]
    meta: "ArrayLike"  # type: ignore[name-defined]  # noqa: F821  # the missing name is the case


def test_a_field_that_cannot_be_read_and_names_no_tensor_is_left_alone() -> None:
    # ArrayLike is a name that jaxtyping gives on demand, and imports jax for.
    @typed
    def take(batch: Foreign, bias: Float[Tensor, " s"]) -> None:
        return None

    take(Foreign(K, "anything"), torch.zeros(S))
    with pytest.raises(ShapeError):
        take(Foreign(K, "anything"), torch.zeros(B))


# ---- in the calls that receive an instance


@pytest.mark.parametrize("cls", [Plain, Frozen, Slotted, Named, Pair])
def test_the_axes_of_an_instance_bind_in_the_call_that_receives_it(cls: Any) -> None:
    @typed
    def take(state: cls, bias: Float[Tensor, " s"]) -> Float[Tensor, " b"]:
        return bias if len(bias) != S else state.k.sum(1)

    assert take(cls(k=K, v=K), torch.zeros(S)).shape == (B,)
    with pytest.raises(ShapeError) as error:
        take(cls(k=K, v=K), torch.zeros(B))
    assert error.value.function == "take"


def test_an_init_variable_is_checked_with_the_fields() -> None:
    @typed
    @dataclass
    class Weighted:
        k: Float[Tensor, "b s"]
        weights: InitVar[Float[Tensor, " s"]]

        def __post_init__(self, weights: Tensor) -> None:
            self.k = self.k * weights

    assert Weighted(K, torch.ones(S)).k.shape == (B, S)
    with pytest.raises(ShapeError):
        Weighted(K, torch.ones(B))
