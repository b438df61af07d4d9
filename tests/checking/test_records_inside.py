"""Records that hold records of their own class: each instance has axes of its own."""

from dataclasses import dataclass, field
from typing import NamedTuple, Optional

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, typed

FINE, COARSE = torch.zeros(2, 8), torch.zeros(3, 4)


@typed
@dataclass
class Node:
    x: Float[Tensor, "b t"]
    next: "Node | None" = None
    others: list["Node"] = field(default_factory=list)


@typed
@dataclass
class Prepared:
    x: Float[Tensor, "b t"]
    next: "Prepared | None" = None

    def __post_init__(self) -> None:
        self.prepared = True


@typed
class Pair(NamedTuple):
    x: Float[Tensor, "b t"]
    next: Optional["Pair"] = None


@typed
def width(node: Node, bias: Float[Tensor, " t"]) -> int:
    return len(bias)


@pytest.mark.parametrize("cls", [Node, Prepared, Pair])
def test_an_instance_inside_another_may_have_other_sizes(cls: type[Node]) -> None:
    assert cls(FINE, cls(COARSE)).next is not None
    with pytest.raises(ShapeError):
        cls(FINE, cls(COARSE[0]))


def test_a_call_agrees_with_the_construction() -> None:
    node = Node(FINE, Node(COARSE), [Node(COARSE)])
    assert width(node, FINE[0]) == 8
    with pytest.raises(ShapeError):
        width(node, COARSE[0])


def test_an_instance_that_holds_itself_is_checked_and_not_followed() -> None:
    node = Node(FINE)
    node.next, node.others = node, [node]
    assert width(node, FINE[0]) == 8
