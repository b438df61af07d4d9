"""A planned argument: a tree that knows which sizes it reads, and becomes a value with them.

list[Float[Tensor, "b t"]]      ItemsNode ── TensorNode(b, t), TensorNode(b, t)
state: State                    RecordNode ── k: TensorNode, n: IntNode
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from typed_rope.checking.forms import TensorForm
from typed_rope.testing.demands import Assignment, Demand

Fill = Callable[["TensorNode", tuple[int, ...]], Tensor]
Dim = int | str | Demand
"""The size of one axis: known, chosen under a key, or computed."""


@dataclass(eq=False)
class Node:
    """One argument, or a part of one."""

    path: str

    def inner(self) -> Iterator["Node"]:
        """Yield its parts."""
        yield from ()

    def build(self, sizes: Assignment, fill: Fill) -> Any:
        """Make the value."""
        raise NotImplementedError

    def reads(self) -> frozenset[str]:
        """Return the sizes that the value depends on."""
        return frozenset[str]().union(*(part.reads() for part in self.inner()))

    def tensors(self) -> Iterator["TensorNode"]:
        """Yield the tensors in it."""
        for part in self.inner():
            yield from part.tensors()


@dataclass(eq=False)
class TensorNode(Node):
    """A tensor to be drawn; its dims are planned when all tensors of the call are known."""

    form: TensorForm
    scope: Mapping[str, Node]
    """What its `{...}` read."""
    dims: list[Dim] = field(default_factory=list)
    dtype: torch.dtype = torch.float32
    seed: int = 0

    def tensors(self) -> Iterator["TensorNode"]:
        """Yield itself."""
        yield self

    def reads(self) -> frozenset[str]:
        """Return the sizes of its axes."""
        keys = (
            d.reads if isinstance(d, Demand) else {d} for d in self.dims if not isinstance(d, int)
        )
        return frozenset[str]().union(*keys)

    def sizes(self, sizes: Assignment) -> tuple[int, ...]:
        """Return the size of every axis."""
        return tuple(_size(dim, sizes) for dim in self.dims)

    def build(self, sizes: Assignment, fill: Fill) -> Any:
        """Fill a tensor."""
        return fill(self, self.sizes(sizes))


@dataclass(eq=False)
class ValueNode(Node):
    """A value that is there already."""

    value: Any

    def build(self, sizes: Assignment, fill: Fill) -> Any:
        """Return it."""
        return self.value


@dataclass(eq=False)
class IntNode(Node):
    """A whole number that annotations read, `{heads}`: chosen together with the sizes."""

    key: str

    def reads(self) -> frozenset[str]:
        """Return itself."""
        return frozenset({self.key})

    def build(self, sizes: Assignment, fill: Fill) -> Any:
        """Return what was chosen."""
        return sizes[self.key]


@dataclass(eq=False)
class ItemsNode(Node):
    """A list, a tuple or the like."""

    make: Callable[[list[Any]], Any]
    items: list[Node]

    def inner(self) -> Iterator[Node]:
        """Yield the items."""
        yield from self.items

    def build(self, sizes: Assignment, fill: Fill) -> Any:
        """Make the items, then the container."""
        return self.make([item.build(sizes, fill) for item in self.items])


@dataclass(eq=False)
class NamedNode(Node):
    """A dictionary, a record, or the arguments of a call."""

    make: Callable[[dict[str, Any]], Any]
    members: dict[str, Node]

    def inner(self) -> Iterator[Node]:
        """Yield the members."""
        yield from self.members.values()

    def build(self, sizes: Assignment, fill: Fill) -> Any:
        """Make the members, then the whole."""
        return self.make({name: node.build(sizes, fill) for name, node in self.members.items()})


def as_meta(node: TensorNode, sizes: tuple[int, ...]) -> Tensor:
    """Fill nothing: for a `{x.shape[0]}`, which reads no values."""
    return torch.empty(sizes, dtype=node.dtype, device="meta")


def _size(dim: Dim, sizes: Assignment) -> int:
    if isinstance(dim, Demand):
        return int(dim.size(sizes))
    return dim if isinstance(dim, int) else sizes[dim]


__all__ = [
    "Dim",
    "Fill",
    "IntNode",
    "ItemsNode",
    "NamedNode",
    "Node",
    "TensorNode",
    "ValueNode",
    "as_meta",
]
