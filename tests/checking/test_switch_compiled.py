"""Blocks of checks around compiled functions: one graph each, and none that outlives its block."""

from collections.abc import Callable, Iterator

import pytest
import torch
from jaxtyping import Float
from torch import Tensor
from torch._dynamo.exc import Unsupported
from torch._dynamo.testing import CompileCounter

from typed_rope.checking import ShapeError, checks, typed
from typed_rope.checking.boundary import Boundary
from typed_rope.checking.switch import scopes
from typed_rope.checking.watching import watched

B, T, D = 3, 5, 8
RIGHT, WRONG = torch.zeros(B, T), torch.zeros(T, B, D)


@typed
def double(x: Float[Tensor, "b t"]) -> Float[Tensor, "b t"]:
    return x + x


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    torch._dynamo.reset()
    yield
    assert scopes == []


def test_a_call_is_one_graph_while_no_block_is_open() -> None:
    graphs = CompileCounter()
    compiled = torch.compile(double, fullgraph=True, backend=graphs)
    for _ in range(3):
        assert torch.equal(compiled(RIGHT + 1), RIGHT + 2)
    assert graphs.frame_count == 1


def test_what_was_compiled_within_a_block_of_off_is_checked_after_it() -> None:
    graphs = CompileCounter()
    compiled = torch.compile(lambda x: double(x), fullgraph=True, backend=graphs)
    with checks("off"):
        assert compiled(WRONG).shape == WRONG.shape
        assert compiled(WRONG).shape == WRONG.shape
        assert graphs.frame_count == 1
    with pytest.raises(Unsupported) as error:
        compiled(WRONG)
    assert "ShapeError('double: x " in str(error.value)
    with checks("off"):
        assert compiled(WRONG).shape == WRONG.shape


def test_what_was_compiled_before_is_left_alone_within_a_block_of_off() -> None:
    compiled = torch.compile(double, backend="eager")
    with pytest.raises(ShapeError):
        compiled(WRONG)
    with checks("off"):
        assert compiled(WRONG).shape == WRONG.shape
        with checks("on"), pytest.raises(ShapeError):
            compiled(WRONG)
        assert compiled(WRONG).shape == WRONG.shape
    with pytest.raises(ShapeError):
        compiled(WRONG)


def blocked(x: Tensor) -> Tensor:
    with checks("off"):
        return double(x)


@pytest.mark.parametrize("function", [blocked, checks("off")(double)], ids=["block", "decorator"])
def test_a_block_within_compiled_code_breaks_its_graph_and_rules(
    function: Callable[[Tensor], Tensor],
) -> None:
    compiled = torch.compile(lambda x: function(x), backend="eager")
    for _ in range(2):
        assert compiled(WRONG).shape == WRONG.shape


def test_a_block_within_a_full_graph_is_refused_in_our_words() -> None:
    compiled = torch.compile(blocked, fullgraph=True, backend="eager")
    with pytest.raises(Unsupported) as error:
        compiled(WRONG)
    assert (
        "checks: torch.compile with fullgraph cannot follow a block of checks. Open it around the "
        "call of the compiled function, or compile without fullgraph."
    ) in str(error.value)


class Listener:
    def __init__(self) -> None:
        self.heard: list[str] = []

    def accepted(self, boundary: Boundary, arguments: tuple[object, ...]) -> None:
        self.heard.append(boundary.function)


def test_a_watcher_neither_hears_of_a_compiled_call_nor_breaks_its_graph() -> None:
    graphs, listener = CompileCounter(), Listener()
    compiled = torch.compile(double, fullgraph=True, backend=graphs)
    compiled(RIGHT)
    with watched(listener):
        compiled(RIGHT)
        compiled(RIGHT)
    compiled(RIGHT)
    assert listener.heard == []
    assert graphs.frame_count <= 3
