"""Under torch.compile and torch.export: one graph, and the same refusals in the same words."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import pytest
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch._dynamo.exc import Unsupported
from torch._dynamo.testing import CompileCounter
from torch.export import Dim, export

from typed_rope.checking import ShapeError, typed

B, H, T, D = 2, 3, 5, 8


@typed
@dataclass
class State:
    k: Float[Tensor, "b s"]
    v: Float[Tensor, "b s"]


class Pair(NamedTuple):
    k: Float[Tensor, "b s"]
    v: Float[Tensor, "b s"]


@typed
def rotate(
    x: Float[Tensor, "b h t d"],
    cos: Float[Tensor, "t d/2"] | Float[Tensor, "b t d/2"],
    mode: Literal["halves", "pairs"] = "halves",
) -> Float[Tensor, "b h t d"]:
    return x * cos.repeat(1, 2) if cos.ndim == 2 else x


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.heads = H

    @typed
    def forward(self, x: Float[Tensor, "b {self.heads} t d"]) -> Float[Tensor, "b t d"]:
        return x.sum(1)


@typed
def normalise(
    x: Float[Tensor, "*b c"], gain: Float[Tensor, " c"] | None = None
) -> Float[Tensor, "*b c"]:
    return x if gain is None else x * gain


@typed
def scale(x: Float[Tensor, "b t"], gain: Float[Tensor, " t"], eps: float) -> Float[Tensor, "b t"]:
    return x * gain + eps


@typed
def gather(
    parts: list[Float[Tensor, "b t"]], named: dict[str, Float[Tensor, "b t"]], order: Sequence[int]
) -> tuple[Float[Tensor, "b t"], Float[Tensor, " b"]]:
    return parts[order[0]] + named["a"], parts[0][:, 0]


@typed
def spread(
    x: Float[Tensor, "*#b t"], y: Float[Tensor, "*#b t"], z: Float[Tensor, " min(t,9)+1"]
) -> Float[Tensor, "*b t"]:
    return x + y + z[1:]


@typed
def advance(state: State, pair: Pair, q: Float[Tensor, " b"]) -> State:
    return State(state.k + q[:, None], pair.v)


class Rule:
    @typed
    def join(self, other: "Rule", x: Float[Tensor, "b t"]) -> Float[Tensor, "b t"]:
        return x


def _rows(b: int = T, t: int = D) -> Tensor:
    return torch.ones(b, t)


X, COS = torch.ones(B, H, T, D), torch.ones(T, D // 2)
STATE, PAIR = State(_rows(), _rows()), Pair(_rows(), _rows())
Case = tuple[Callable[..., Any], tuple[Any, ...], tuple[Any, ...], str]
CASES: dict[str, Case] = {
    "union": (rotate, (X, COS), (X.transpose(1, 2), COS), "rotate"),
    "other member": (rotate, (X, X[:, 0, :, :4]), (X, X[:, :4, 0, :4]), "rotate"),
    "plain": (rotate, (X, COS, "pairs"), (X, COS, "other"), "rotate"),
    "module": (Layer(), (X,), (X.transpose(1, 2),), "Layer.forward"),
    "optional": (normalise, (X, torch.ones(D)), (X, torch.ones(T)), "normalise"),
    "containers": (
        gather,
        ([_rows(), _rows()], {"a": _rows()}, [1, 0]),
        ([_rows(), _rows()], {"a": _rows(D, T)}, [1, 0]),
        "gather",
    ),
    "broadcasting": (
        spread,
        (torch.ones(1, 7, T), torch.ones(6, 1, T), torch.ones(T + 1)),
        (torch.ones(1, 7, T), torch.ones(6, 1, T), torch.ones(T + 2)),
        "spread",
    ),
    "a float": (scale, (_rows(), torch.ones(D), 0.5), (_rows(), torch.ones(T), 0.5), "scale"),
    "own class, wrong": (Rule().join, (Rule(), _rows()), (nn.Identity(), _rows()), "Rule.join"),
    "own class": (Rule().join, (Rule(), _rows()), (Rule(), X), "Rule.join"),
    "records": (
        advance,
        (STATE, PAIR, torch.ones(T)),
        (STATE, Pair(_rows(), _rows(T, 9)), torch.ones(T)),
        "advance",
    ),
}


@pytest.fixture(autouse=True)
def _forgets_what_was_compiled() -> Iterator[None]:
    torch._dynamo.reset()
    yield
    torch._dynamo.reset()


def _first_line(call: Callable[[], object]) -> str:
    with pytest.raises(ShapeError) as error:
        call()
    return str(error.value).splitlines()[0]


@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_a_call_that_fits_is_one_graph(case: str, dynamic: bool) -> None:
    function, good, _, _ = CASES[case]
    counter = CompileCounter()
    compiled = torch.compile(function, fullgraph=True, dynamic=dynamic, backend=counter)
    torch.testing.assert_close(_flat(compiled(*good)), _flat(function(*good)))
    compiled(*good)
    assert counter.frame_count == 1


def _flat(value: Any) -> Any:
    return (value.k, value.v) if isinstance(value, State) else value


def test_several_sizes_are_one_graph_with_dynamic_shapes() -> None:
    counter = CompileCounter()
    compiled = torch.compile(rotate, fullgraph=True, dynamic=True, backend=counter)
    for b, h, t, d in ((2, 3, 5, 8), (4, 6, 7, 10), (3, 9, 11, 16)):
        compiled(torch.ones(b, h, t, d), torch.ones(t, d // 2))
    assert counter.frame_count == 1


@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_a_refusal_in_a_full_graph_is_read_in_what_dynamo_says(case: str, dynamic: bool) -> None:
    function, _, bad, name = CASES[case]
    first = _first_line(lambda: function(*bad))
    assert first.startswith(f"{name}: ")
    compiled = torch.compile(function, fullgraph=True, dynamic=dynamic, backend="eager")
    with pytest.raises(Unsupported) as error:
        compiled(*bad)
    assert "ShapeError" in str(error.value)
    assert first in str(error.value).replace("\\'", "'")


@pytest.mark.parametrize("case", CASES)
def test_a_refusal_without_a_full_graph_is_the_same_error(case: str) -> None:
    function, _, bad, _ = CASES[case]
    expected = _first_line(lambda: function(*bad))
    compiled = torch.compile(function, backend="eager")
    assert _first_line(lambda: compiled(*bad)) == expected


def test_a_wrong_result_is_refused() -> None:
    @typed
    def exchange(x: Float[Tensor, "t d"]) -> Float[Tensor, "t d"]:
        return x.T

    compiled = torch.compile(exchange, backend="eager")
    assert _first_line(lambda: compiled(COS)).startswith("exchange: ")


def test_a_record_made_in_the_graph_is_checked() -> None:
    def make(k: Tensor, v: Tensor) -> Tensor:
        return State(k, v).v

    compiled = torch.compile(make, fullgraph=True, backend="eager")
    assert compiled(_rows(), _rows()).shape == (T, D)
    with pytest.raises(Unsupported) as error:
        compiled(_rows(), _rows(D, T))
    assert "ShapeError('State: " in str(error.value)


def test_strict_export_keeps_the_dynamic_sizes() -> None:
    shapes = ({0: Dim("b"), 2: Dim("t")},)
    program = export(Layer(), (X,), strict=True, dynamic_shapes=shapes)
    assert program.module()(torch.ones(4, H, 7, D)).shape == (4, 7, D)


def test_strict_export_refuses_a_wrong_layout() -> None:
    with pytest.raises(Unsupported) as error:
        export(Layer(), (X.transpose(1, 2),), strict=True)
    assert "ShapeError('Layer.forward: " in str(error.value)


def test_export_that_is_not_strict_raises_the_error_itself() -> None:
    assert _first_line(lambda: export(Layer(), (X.transpose(1, 2),), strict=False)).startswith(
        "Layer.forward: "
    )


def test_disabled_checks_leave_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def scale(x: Float[Tensor, "b t"], by: float) -> Float[Tensor, "b t"]:
        return x * by

    monkeypatch.setenv("JAXTYPING_DISABLE", "1")
    counter = CompileCounter()
    compiled = torch.compile(typed(scale), fullgraph=True, dynamic=True, backend=counter)
    for b, t in ((2, 3), (4, 5), (6, 7)):
        compiled(torch.ones(b, t), 2.0)
    assert counter.frame_count == 1
    assert typed(scale) is scale
