"""Tensors in dictionaries, lists, deques, iterators and classes."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import torch
from jaxtyping import Float, Int
from torch import Tensor


@dataclass
class State:
    hidden: Float[Tensor, "b c"]
    history: list[Float[Tensor, "b c"]] = field(default_factory=list)
    extras: dict[str, Tensor] = field(default_factory=dict)


def step(state: State, x: Float[Tensor, "b c"]) -> State:
    return replace(state, hidden=state.hidden + x, history=[*state.history, x])


def batches(ids: Int[Tensor, "n t"], size: int) -> Iterator[Int[Tensor, "b t"]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def collate(rows: list[Int[Tensor, "_"]], pad: int) -> Int[Tensor, "b t"]:
    longest = max(len(row) for row in rows)
    out = torch.full((len(rows), longest), pad)
    for i, row in enumerate(rows):
        out[i, : len(row)] = row
    return out


def weighted(parts: Mapping[str, Float[Tensor, "b t c"]], weights: Mapping[str, float]) -> Float[Tensor, "b t c"]:
    total: Tensor | float = 0.0
    for name, part in parts.items():
        total = total + part * weights.get(name, 1.0)
    assert isinstance(total, Tensor)
    return total


def grouped(rows: list[tuple[int, Float[Tensor, "c"]]]) -> dict[int, Float[Tensor, "n c"]]:
    found: defaultdict[int, list[Tensor]] = defaultdict(list)
    for key, row in rows:
        found[key].append(row)
    return {key: torch.stack(values) for key, values in found.items()}


def example() -> None:
    state = step(State(torch.zeros(2, 8)), torch.ones(2, 8))
    assert len(state.history) == 1
    assert [len(batch) for batch in batches(torch.zeros(7, 5, dtype=torch.long), 3)] == [3, 3, 1]
    assert collate([torch.tensor([1, 2]), torch.tensor([3])], 0).shape == (2, 2)
    x = torch.randn(2, 5, 8)
    assert weighted({"a": x, "b": x}, {"a": 2.0}).shape == (2, 5, 8)
    assert grouped([(1, torch.randn(8)), (1, torch.randn(8))])[1].shape == (2, 8)
