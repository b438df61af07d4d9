from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from typed_rope.checking import ShapeError
from typed_rope.layout import heads_first, merge_heads, repeat_kv, split_heads, tokens_first

B, H, T, D, G, S = 3, 5, 7, 4, 2, 11
_SIZE = st.integers(1, 6)


def _numbered(*shape: int) -> Tensor:
    return torch.arange(torch.Size(shape).numel(), dtype=torch.float64).reshape(shape)


def test_split_heads_gives_head_i_the_channels_from_i_times_d() -> None:
    x = _numbered(B, T, H * D)
    for head, channels in enumerate(split_heads(x, H).unbind(1)):
        assert torch.equal(channels, x[:, :, head * D : (head + 1) * D])


def test_merge_heads_puts_head_i_at_the_channels_from_i_times_d() -> None:
    x = _numbered(B, H, T, D)
    assert torch.equal(merge_heads(x), torch.cat(list(x.unbind(1)), dim=-1))


@given(b=_SIZE, h=_SIZE, t=_SIZE, d=_SIZE)
def test_merge_heads_undoes_split_heads(b: int, h: int, t: int, d: int) -> None:
    x = _numbered(b, t, h * d)
    assert torch.equal(merge_heads(split_heads(x, h)), x)


def test_split_heads_takes_channels_that_are_a_strided_view() -> None:
    x = _numbered(B, H * D, T).mT
    assert torch.equal(split_heads(x, H), split_heads(x.contiguous(), H))


@pytest.mark.parametrize("heads", [0, -2])
def test_split_heads_refuses_fewer_than_one_head(heads: int) -> None:
    with pytest.raises(ValueError, match="heads") as error:
        split_heads(_numbered(B, T, 20), heads)
    assert str(error.value) == f"split_heads: heads must be at least 1, got {heads}."


def test_split_heads_refuses_heads_that_do_not_divide_the_channels() -> None:
    with pytest.raises(ValueError, match="heads") as error:
        split_heads(_numbered(B, T, 20), 6)
    assert str(error.value) == "split_heads: heads must divide the channels, got heads=6, c=20."


def test_heads_first_exchanges_tokens_and_heads_and_nothing_else() -> None:
    x = _numbered(B, T, H, D)
    assert torch.equal(heads_first(x), torch.stack(list(x.unbind(2)), dim=1))


def test_tokens_first_undoes_heads_first() -> None:
    x = _numbered(B, T, H, D)
    assert torch.equal(tokens_first(heads_first(x)), x)


@pytest.mark.parametrize(
    "move", [heads_first, tokens_first, lambda x: split_heads(x.flatten(2), T)]
)
def test_moves_that_promise_a_view_share_memory(move: Callable[[Tensor], Tensor]) -> None:
    x = _numbered(B, H, T, D)
    assert move(x).untyped_storage().data_ptr() == x.untyped_storage().data_ptr()


def test_repeat_kv_lets_query_head_i_read_key_value_head_i_over_groups() -> None:
    x, groups = _numbered(B, G, S, D), 3
    repeated = repeat_kv(x, groups)
    for head in range(G * groups):
        assert torch.equal(repeated[:, head], x[:, head // groups])


def test_repeat_kv_with_one_group_does_not_copy() -> None:
    x = _numbered(B, G, S, D)
    assert repeat_kv(x, 1).data_ptr() == x.data_ptr()


def test_repeat_kv_refuses_fewer_than_one_group() -> None:
    with pytest.raises(ValueError, match="groups") as error:
        repeat_kv(_numbered(B, G, S, D), 0)
    assert str(error.value) == "repeat_kv: groups must be at least 1, got 0."


@pytest.mark.parametrize(
    "move", [lambda x: split_heads(x, 2), lambda x: repeat_kv(x[0], 3)], ids=["split", "repeat"]
)
def test_moves_with_a_number_refuse_a_tensor_of_another_rank(
    move: Callable[[Tensor], Tensor],
) -> None:
    with pytest.raises(ShapeError):
        move(_numbered(B, T, H, D))


@pytest.mark.parametrize("move", [merge_heads, heads_first, tokens_first])
def test_moves_of_heads_refuse_tensors_without_a_head_axis(
    move: Callable[[Tensor], Tensor],
) -> None:
    with pytest.raises(ShapeError):
        move(_numbered(B, T, D))
