"""The eager form turns by blocks what the formula turns at once, however tokens lie in memory."""

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from typed_rope.rope.pairing import Pairing
from typed_rope.rope.turn import BLOCK, turn_eagerly, turn_formula

pairings = pytest.mark.parametrize("pairing", ["halves", "interleaved"])
B, D = 2, 64


def _agree(x: Tensor, pairing: Pairing) -> None:
    angles = torch.rand(x.shape[-2], x.shape[-1] // 2)
    tables = angles.cos(), angles.sin()
    torch.testing.assert_close(turn_eagerly(x, *tables, pairing), turn_formula(x, *tables, pairing))


@pairings
def test_a_token_of_more_elements_than_a_block_is_turned_whole(pairing: Pairing) -> None:
    heads = BLOCK // (B * D) + 1
    _agree(torch.randn(B, heads, 3, D), pairing)


@pairings
@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_the_last_block_may_be_of_any_length(pairing: Pairing, extra: int) -> None:
    of_a_block = BLOCK // (B * 3 * D)
    _agree(torch.randn(B, 3, 2 * of_a_block + extra, D, dtype=torch.bfloat16), pairing)


@pairings
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_channels_apart_in_memory_are_turned_by_blocks_too(
    pairing: Pairing, dtype: torch.dtype
) -> None:
    t = 2 * BLOCK // (B * 3 * D) + 5
    for x in (torch.randn(B, 3, D, t).mT, torch.randn(B, 3, t, 2 * D)[..., ::2]):
        _agree(x.to(dtype), pairing)


class _Sizes(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch leaves it untyped
    """Notes how many elements each operation's result has."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # as above
        self.seen: list[int] = []

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> object:
        result = func(*args, **(kwargs or {}))
        self.seen += [result.numel()] if isinstance(result, Tensor) else []
        return result


@pairings
def test_only_the_result_is_larger_than_a_block(pairing: Pairing) -> None:
    x = torch.randn(B, 3, 2 * BLOCK // (B * 3 * D) + 5, D, dtype=torch.bfloat16)
    angles = torch.rand(x.shape[-2], D // 2)
    tables = angles.cos(), angles.sin()
    with _Sizes() as sizes:
        turn_eagerly(x, *tables, pairing)
    larger = [size for size in sizes.seen if size > BLOCK]
    assert set(larger) <= {x.numel()}
    assert len(sizes.seen) > 10 * len(larger)
