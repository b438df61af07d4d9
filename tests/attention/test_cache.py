"""The buffers of past keys: what was written is what is read, and nothing behind it."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from typed_rope.attention import KeyValues, append
from typed_rope.checking import ShapeError

B, G, M, D, E = 3, 2, 13, 8, 6


@given(st.lists(st.integers(1, 4), min_size=1, max_size=3))
def test_chunks_come_back_in_the_order_they_were_written(chunks: list[int]) -> None:
    buffer, whole = torch.full((B, G, M, D), torch.nan), torch.randn(B, G, sum(chunks), D)
    at = 0
    for t in chunks:
        seen = append(buffer, whole[:, :, at : at + t], at=at)
        at += t
        assert torch.equal(seen, whole[:, :, :at])


def test_what_is_returned_is_a_view() -> None:
    buffer = torch.zeros(B, G, M, D)
    assert append(buffer, torch.randn(B, G, 4, D), at=2).data_ptr() == buffer.data_ptr()


@pytest.mark.parametrize(("at", "t"), [(11, 3), (-1, 2)])
def test_positions_outside_the_buffer_are_refused(at: int, t: int) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        append(torch.zeros(B, G, M, D), torch.zeros(B, G, t, D), at=at)
    assert str(error.value) == (
        f"append: {t} positions do not fit behind the first {at} of a buffer of 13."
    )


def test_gradients_are_refused_rather_than_lost() -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        append(torch.zeros(B, G, M, D), torch.zeros(B, G, 4, D, requires_grad=True), at=0)
    assert str(error.value) == "append: a cache keeps no gradients; decode under torch.no_grad()."


def test_another_head_dim_is_refused() -> None:
    with pytest.raises(ShapeError):
        append(torch.zeros(B, G, M, D), torch.zeros(B, G, 4, D + 1), at=0)


def test_buffers_of_different_lengths_are_refused() -> None:
    with pytest.raises(ShapeError):
        KeyValues(keys=torch.zeros(B, G, M, D), values=torch.zeros(B, G, M + 1, E), length=0)


def test_a_layer_keeps_keys_and_values_of_different_width() -> None:
    layer = KeyValues(torch.zeros(B, G, M, D), torch.zeros(B, G, M, E), length=3)
    k, v = torch.randn(B, G, 4, D), torch.randn(B, G, 4, E)
    keys, values = layer.append(k, v)
    assert torch.equal(keys, torch.cat([torch.zeros(B, G, 3, D), k], dim=2))
    assert torch.equal(values, torch.cat([torch.zeros(B, G, 3, E), v], dim=2))
