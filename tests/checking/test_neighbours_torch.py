"""Checked functions within what torch does to functions, modules and tensors."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch._subclasses import FakeTensorMode
from torch.fx.experimental.symbolic_shapes import ShapeEnv
from torch.nn.utils import parametrize
from torch.utils.checkpoint import checkpoint

from typed_rope.checking import ShapeError, typed

# Of itself, torch uses what it has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")

B, T, D, N = 3, 5, 8, 7


@typed
def scale(x: Float[Tensor, "b t d"], w: Float[Tensor, " d"]) -> Float[Tensor, "b t d"]:
    return x * w


class Layer(nn.Module):
    def __init__(self, width: int = D) -> None:
        super().__init__()
        self.width = width
        self.weight = nn.Parameter(torch.randn(width))

    @typed
    def forward(self, x: Float[Tensor, "b t {self.width}"]) -> Float[Tensor, "b t {self.width}"]:
        return scale(x, self.weight)


X, W, SHORT = torch.randn(B, T, D), torch.randn(D), torch.randn(D - 2)


# ---- transformations of functions


def test_vmap_checks_what_one_call_sees() -> None:
    many = torch.randn(N, B, T, D)
    assert torch.equal(torch.func.vmap(scale, (0, None))(many, W), many * W)
    with pytest.raises(ShapeError) as error:
        torch.func.vmap(scale, (0, None))(X, W)
    assert str(error.value).startswith("scale: x has 2 axes")


Transform = Callable[[Callable[[Tensor], Tensor]], Tensor]
TRANSFORMS: dict[str, tuple[Transform, Tensor]] = {
    "grad": (lambda f: torch.func.grad(lambda w: f(w).sum())(W), X.sum((0, 1))),
    "jvp": (lambda f: torch.func.jvp(f, (W,), (W,))[1], X * W),
    "jacrev": (lambda f: torch.func.jacrev(f)(W), torch.diag_embed(X)),
    "jacfwd": (lambda f: torch.func.jacfwd(f)(W), torch.diag_embed(X)),
}


@pytest.mark.parametrize("name", TRANSFORMS)
def test_derivatives_pass_through_a_check(name: str) -> None:
    transform, expected = TRANSFORMS[name]
    torch.testing.assert_close(transform(partial(scale, X)), expected)
    with pytest.raises(ShapeError):
        transform(partial(scale, X[..., 2:]))


def test_a_functional_call_reads_the_module_that_it_is_given() -> None:
    swapped = torch.func.functional_call(Layer(), {"weight": W}, (X,))
    assert torch.equal(swapped, X * W)
    with pytest.raises(ShapeError):
        torch.func.functional_call(Layer(), {"weight": SHORT}, (X,))


def test_a_checkpointed_call_is_checked_each_time() -> None:
    layer, x = Layer(), X.clone().requires_grad_()
    checkpoint(layer, x, use_reentrant=False).sum().backward()
    assert layer.weight.grad is not None
    torch.testing.assert_close(layer.weight.grad, X.sum((0, 1)))
    with pytest.raises(ShapeError):
        checkpoint(layer, x[..., 2:], use_reentrant=False)


def test_autocast_changes_dtypes_within_their_family() -> None:
    @typed
    def project(x: Float[Tensor, "b t d"], w: Float[Tensor, "d e"]) -> Float[Tensor, "b t e"]:
        return x @ w

    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert project(X, torch.randn(D, N)).dtype == torch.bfloat16
        with pytest.raises(ShapeError):
            project(X, torch.randn(N, D))


# ---- recordings of functions


# It warns of every comparison of sizes, which are tensors to it: they are not recorded.
@pytest.mark.filterwarnings("ignore:Converting a tensor:torch.jit.TracerWarning")
def test_a_recording_by_example_is_checked_and_replays_at_other_sizes() -> None:
    layer = Layer()
    record: Any = torch.jit.trace
    recorded = record(layer, (X,))
    other = torch.randn(B + 1, T + 2, D)
    assert torch.equal(recorded(other), other * layer.weight)
    with pytest.raises(ShapeError):
        record(layer, (X[..., 2:],))


@typed
@dataclass
class Pair:
    x: Float[Tensor, "b t d"]
    w: Float[Tensor, " d"]


class Mixed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = Layer()

    @typed
    def forward(
        self,
        x: Float[Tensor, "b t d"],
        w: Float[Tensor, " d"] | Float[Tensor, "b d"] | None = None,
    ) -> list[Float[Tensor, "b t d"]]:
        pair = Pair(self.layer(x), self.layer.weight)
        return [scale(pair.x, pair.w), *_first([x, x], pair)]


@typed
def _first(items: list[Float[Tensor, "b t d"]], pair: Pair) -> tuple[Float[Tensor, "b t d"], ...]:
    return (items[0] * pair.w,)


def test_a_symbolic_recording_holds_the_body_without_checks() -> None:
    module = Mixed()
    recorded = torch.fx.symbolic_trace(module)
    for mine, theirs in zip(module(X), recorded(X), strict=True):
        assert torch.equal(mine, theirs)
    assert [node.target.__name__ for node in recorded.graph.nodes if callable(node.target)] == [
        "mul",
        "mul",
        "mul",
    ]


def test_an_argument_that_holds_itself_is_refused_like_any_other() -> None:
    @typed
    def take(x: list[Float[Tensor, " d"]], anything: object) -> None:
        return None

    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(ShapeError):
        take([X], endless)
    with pytest.raises(ShapeError):
        take(endless, X)


@pytest.mark.parametrize("symbolic", [False, True])
def test_fake_tensors_are_checked_by_their_sizes(symbolic: bool) -> None:
    with FakeTensorMode(shape_env=ShapeEnv() if symbolic else None) as mode:
        x, w, short = (mode.from_tensor(value) for value in (X, W, SHORT))
        assert scale(x, w).shape == (B, T, D)
        with pytest.raises(ShapeError) as error:
            scale(x, short)
    assert str(error.value) == (
        "scale: w has d = 6, where x has d = 8.\n"
        '> x: Float[Tensor, "b t d"]   float32 (3, 5, 8)   d = 8\n'
        '> w: Float[Tensor, "d"]       float32 (6,)        d = 6'
    )


# ---- modules


class Doubled(nn.Module):
    @typed
    def forward(self, w: Float[Tensor, " d"]) -> Float[Tensor, " d"]:
        return w * 2


def test_a_parametrized_module_is_checked_and_so_is_its_parametrization() -> None:
    layer = Layer()
    plain = layer(X)
    parametrize.register_parametrization(layer, "weight", Doubled())
    torch.testing.assert_close(layer(X), plain * 2)
    torch.testing.assert_close(copy.deepcopy(layer)(X), plain * 2)
    with pytest.raises(ShapeError):
        layer(X[..., 2:])
    with pytest.raises(ShapeError):
        parametrize.register_parametrization(nn.Linear(D, N), "weight", Doubled())


def test_replicas_read_their_own_attributes() -> None:
    layer: Any = Layer()
    replica = layer._replicate_for_data_parallel()
    replica.weight = layer.weight.detach()
    assert torch.equal(replica(X), layer(X))
    replica.width, replica.weight = D - 2, SHORT
    assert replica(X[..., 2:]).shape == (B, T, D - 2)
    with pytest.raises(ShapeError):
        replica(X)
    layer(X)


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))]
)
def test_copies_of_a_module_are_checked(again: Callable[[Layer], Layer]) -> None:
    layer = Layer()
    other = again(layer)
    assert torch.equal(other(X), layer(X))
    with pytest.raises(ShapeError):
        other(X[..., 2:])


def test_hooks_stand_before_and_behind_the_check() -> None:
    layer, seen = Layer(), list[tuple[int, ...]]()
    layer.register_forward_pre_hook(lambda _, inputs: (inputs[0][..., 1:],))
    layer.register_forward_hook(lambda _, inputs, output: seen.append(tuple(output.shape)))
    layer(torch.randn(B, T, D + 1))
    assert seen == [(B, T, D)]
    with pytest.raises(ShapeError):
        layer(X)


# ---- tensors of other classes


class Tagged(Tensor):
    pass


class Wrapped(Tensor):
    """Holds another tensor and has no memory of its own, as a distributed tensor does."""

    held: Tensor

    @staticmethod
    def __new__(cls, held: Tensor) -> "Wrapped":
        wrapped: Wrapped = Tensor._make_wrapper_subclass(cls, held.shape, dtype=held.dtype)
        wrapped.held = held
        return wrapped

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]  # no class method to torch's stubs
        cls, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> "Wrapped":
        held = [value.held if isinstance(value, Wrapped) else value for value in args]
        return cls(func(*held, **(kwargs or {})))


SUBCLASSES: dict[str, Callable[[Tensor], Tensor]] = {
    "parameter": nn.Parameter,
    "subclass": lambda x: x.as_subclass(Tagged),
    "wrapper": Wrapped,
}


@pytest.mark.parametrize("name", SUBCLASSES)
def test_a_tensor_of_a_subclass_is_checked_and_handed_on(name: str) -> None:
    wrap = SUBCLASSES[name]
    assert type(scale(wrap(X), W)) is type(wrap(X) * W)
    with pytest.raises(ShapeError):
        scale(wrap(X), SHORT)


def test_what_merely_answers_to_torch_is_no_tensor() -> None:
    class Answers:
        shape, dtype = X.shape, X.dtype

        @classmethod
        def __torch_function__(cls, *_: Any, **__: Any) -> Tensor:
            return X

    with pytest.raises(ShapeError):
        scale(Answers(), W)  # type: ignore[arg-type]  # the mistake under test
