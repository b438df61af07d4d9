"""Whether an output is the right one, its axes exchanged as an argument's were.

    x: b h t d, handed over as b t h d    right output   b h t d        expected   b t h d
                                                         b t h*d                   b h t*d

The axes of a product are taken apart first, so that they can be exchanged one by one.
"""

from collections.abc import Mapping
from itertools import permutations
from typing import Any

import torch
from torch import Tensor

from typed_rope.checking.boundary import RESULT
from typed_rope.testing.axis_names import Labels
from typed_rope.testing.parts import tensor_parts

_MOST_AXES = 6


def same_up_to(
    right: Any,
    wrong: Any,
    labels: Mapping[str, Labels],
    exchanged: Mapping[str, str] | None,
    sizes: Mapping[str, int],
) -> bool:
    """Compare results; `exchanged` says which axis stands where another should, None: unknown."""
    rights, wrongs = dict(tensor_parts(right, RESULT)), dict(tensor_parts(wrong, RESULT))
    if rights.keys() != wrongs.keys():
        return False
    if not rights:
        return bool(right == wrong)
    for path, x in rights.items():
        if exchanged is None or path not in labels:
            if not _some_order(x, wrongs[path]):
                return False
        elif not _expected(x, wrongs[path], labels[path], exchanged, sizes):
            return False
    return True


def _some_order(right: Tensor, wrong: Tensor) -> bool:
    if sorted(right.shape) != sorted(wrong.shape) or right.ndim > _MOST_AXES:
        return False
    orders = permutations(range(right.ndim))
    return any(_close(torch.permute(right, order), wrong) for order in orders)


def _expected(
    right: Tensor,
    wrong: Tensor,
    labels: Labels,
    exchanged: Mapping[str, str],
    sizes: Mapping[str, int],
) -> bool:
    factors = [
        _factors(label, size, sizes) for label, size in zip(labels, right.shape, strict=True)
    ]
    names = [name for group in factors for name in group]
    now = [exchanged.get(name, name) for name in names]
    if sorted(now) != sorted(names) or len(set(names)) != len(names):
        return False
    whole = [
        sizes.get(name, size) for g, size in zip(factors, right.shape, strict=True) for name in g
    ]
    apart = torch.reshape(right, whole)
    moved = torch.permute(apart, [names.index(name) for name in now])
    return (
        moved.numel() == wrong.numel()
        and moved.ndim >= wrong.ndim
        and _close(torch.reshape(moved, _grouped(factors, exchanged, whole, names)), wrong)
    )


def _grouped(
    factors: list[list[str]], exchanged: Mapping[str, str], whole: list[int], names: list[str]
) -> list[int]:
    size = dict(zip(names, whole, strict=True))
    grouped: list[int] = []
    for group in factors:
        product = 1
        for name in group:
            product *= size[exchanged.get(name, name)]
        grouped.append(product)
    return grouped


def _factors(label: str, size: int, sizes: Mapping[str, int]) -> list[str]:
    """Take `h*d` apart where both are known and make up the size."""
    parts = label.split("*")
    if len(parts) > 1 and all(part in sizes for part in parts):
        product = 1
        for part in parts:
            product *= sizes[part]
        if product == size:
            return parts
    return [label]


def _close(right: Tensor, wrong: Tensor) -> bool:
    if right.shape != wrong.shape or right.dtype != wrong.dtype:
        return False
    try:
        torch.testing.assert_close(wrong, right, equal_nan=True)
    except AssertionError:
        return False
    return True


__all__ = ["same_up_to"]
