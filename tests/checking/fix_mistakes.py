"""Every single mistake in a right call.

exchange    two axes of one tensor in each other's place
order       its axes in any other order
drop        an axis taken away: x[0], x[:, 0], ...
add         an axis of size 1 too many
dtype       another dtype, of one tensor or of all that share one
swap        two tensors, or a tensor and something else, in each other's place
width       tables of twice the width, alone or both
heads       heads joined that were split, split that were joined
type        an array of NumPy, a list of numbers, None
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Any

import torch
from torch import Tensor

ASKED = ("exchange", "order", "drop", "dtype", "swap")
OTHER = ("add", "width", "heads", "type")
_DTYPES = (torch.float16, torch.float32, torch.float64, torch.int64, torch.bool, torch.complex64)


@dataclass(frozen=True)
class Mistake:
    """The arguments of a call in which one thing is wrong."""

    kind: str
    what: str
    arguments: dict[str, Any]


def mistakes(right: dict[str, Any]) -> Iterator[Mistake]:
    """Make every mistake."""
    tensors = {name: value for name, value in right.items() if isinstance(value, Tensor)}

    def wrong(kind: str, what: str, **changed: Any) -> Mistake:
        return Mistake(kind, f"{', '.join(changed)}: {what}", {**right, **changed})

    for name, x in tensors.items():
        for order in list(permutations(range(x.dim())))[1:]:
            moved = sum(axis != source for axis, source in enumerate(order))
            kind = "exchange" if moved == 2 else "order"
            yield wrong(kind, f"permute{order}", **{name: x.permute(order)})
        for axis in range(x.dim()):
            yield wrong("drop", f"axis {axis}", **{name: x.select(axis, 0)})
        for axis in range(x.dim() + 1):
            yield wrong("add", f"axis {axis}", **{name: x.unsqueeze(axis)})
        for what, value in (("numpy", x.numpy()), ("list", x.tolist()), ("None", None)):
            yield wrong("type", what, **{name: value})
        for what, joined in _heads(x):
            yield wrong("heads", what, **{name: joined})
    for names in _groups(tensors):
        for dtype in _DTYPES:
            if dtype != tensors[names[0]].dtype:
                yield wrong("dtype", str(dtype), **{n: tensors[n].to(dtype) for n in names})
        if set(names) <= {"cos", "sin"}:
            yield wrong("width", "twice", **{n: _twice(tensors[n]) for n in names})
    for left, right_name in combinations(right, 2):
        if left in tensors or right_name in tensors:
            swapped = {left: right[right_name], right_name: right[left]}
            yield wrong("swap", "exchanged", **swapped)


def _groups(tensors: dict[str, Tensor]) -> Iterator[tuple[str, ...]]:
    """Yield each tensor, and those of the same sizes together, as `cos` and `sin` are."""
    yield from ((name,) for name in tensors)
    for left, right in combinations(tensors, 2):
        if tensors[left].shape == tensors[right].shape:
            yield (left, right)


def _twice(x: Tensor) -> Tensor:
    return torch.cat([x, x], dim=-1)


def _heads(x: Tensor) -> Iterator[tuple[str, Tensor]]:
    if x.dim() == 4:
        yield "joined", x.transpose(1, 2).flatten(2)
    elif x.dim() == 3 and x.shape[-1] > 3:
        count = next((n for n in range(2, x.shape[-1]) if x.shape[-1] % n == 0), None)
        if count is not None:
            yield "split", x.reshape(*x.shape[:2], count, -1).transpose(1, 2)
