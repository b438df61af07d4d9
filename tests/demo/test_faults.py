from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from typed_rope.demo.faults import (
    FAULTS,
    FaultName,
    Heads,
    no_turn,
    planted,
    split,
    turn_unchecked,
    without_fault,
)
from typed_rope.layout import heads_first, tokens_first
from typed_rope.models import Decoder
from typed_rope.modules import Attention
from typed_rope.rope import RopeSpec, apply_rope, rope_table, rotate_halves

B, T = 3, 11  # beside 6 heads in 2 groups of 3, and heads of 10 channels in 5 pairs


@pytest.fixture
def x(layer: Attention) -> Tensor:
    return torch.randn(B, T, layer.channels)


def _tables(layer: Attention, *, start: int = 0) -> tuple[Tensor, Tensor]:
    cos, sin = rope_table(layer.rope, torch.arange(start, start + T))
    return cos, sin


@pytest.fixture
def faulty(layer: Attention, x: Tensor) -> Callable[[FaultName], Heads]:
    return lambda name: FAULTS[name](layer, x, *_tables(layer), turn_unchecked)


@pytest.mark.parametrize("pairing", ["halves", "interleaved"])
@pytest.mark.parametrize("rotary_dim", [6, 10])
def test_the_unchecked_rotation_is_right_where_the_layout_is(pairing: str, rotary_dim: int) -> None:
    spec = RopeSpec(head_dim=10, rotary_dim=rotary_dim, pairing=pairing)  # type: ignore[arg-type]  # one of two
    x, tables = torch.randn(B, 4, T, 10), rope_table(spec, torch.arange(T))
    torch.testing.assert_close(turn_unchecked(x, *tables, spec), apply_rope(x, *tables, spec))


def test_no_turn_leaves_all_as_it_is(layer: Attention, x: Tensor) -> None:
    cos, sin = _tables(layer)
    plain, unturned = split(layer, x), without_fault(layer, x, cos, sin, no_turn)
    assert all(torch.equal(one, other) for one, other in zip(plain, unturned, strict=True))


def test_without_fault_does_what_the_layer_does(layer: Attention, x: Tensor) -> None:
    cos, sin = _tables(layer)
    ours, theirs = without_fault(layer, x, cos, sin, turn_unchecked), layer.project(x, cos, sin)
    torch.testing.assert_close(ours, theirs)


def test_layout_turns_each_token_by_the_number_of_its_head(
    layer: Attention, x: Tensor, faulty: Callable[[FaultName], Heads]
) -> None:
    q, k, v = split(layer, x)
    for plain, turned in zip((q, k), faulty("layout")[:2], strict=True):
        tables = rope_table(layer.rope, torch.arange(plain.shape[1]))
        expected = heads_first(apply_rope(tokens_first(plain), *tables, layer.rope))
        torch.testing.assert_close(turned, expected)
    assert torch.equal(faulty("layout")[2], v)


def test_pairing_turns_halves_where_pairs_are_interleaved(
    layer: Attention, x: Tensor, faulty: Callable[[FaultName], Heads]
) -> None:
    q, k, v = split(layer, x)
    assert layer.rope.pairing == "interleaved"
    expected = (rotate_halves(q, *_tables(layer)), rotate_halves(k, *_tables(layer)), v)
    torch.testing.assert_close(faulty("pairing"), expected)


def test_keys_stand_at_the_position_before_their_own(
    layer: Attention, x: Tensor, faulty: Callable[[FaultName], Heads]
) -> None:
    q, k, v = split(layer, x)
    expected = (
        apply_rope(q, *_tables(layer), layer.rope),
        apply_rope(k, *_tables(layer, start=-1), layer.rope),
        v,
    )
    torch.testing.assert_close(faulty("keys"), expected)


def test_groups_give_query_head_i_the_key_value_head_i_modulo_their_number(
    layer: Attention, x: Tensor, faulty: Callable[[FaultName], Heads]
) -> None:
    q, k, v = layer.project(x, *_tables(layer))
    heads = [head % layer.kv_heads for head in range(layer.heads)]
    torch.testing.assert_close(faulty("groups"), (q, k[:, heads], v[:, heads]))


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_changes_what_the_model_says(name: FaultName, model: Decoder) -> None:
    ids = torch.arange(T)[None]
    with torch.no_grad():
        right = model(ids)
        with planted(model, FAULTS[name]):
            wrong = model(ids)
    assert float((wrong - right).abs().max()) > 1e-3


def test_a_model_is_as_before_when_its_fault_is_taken_out(model: Decoder) -> None:
    ids = torch.arange(T)[None]
    with torch.no_grad():
        before = model(ids)
        with pytest.raises(ZeroDivisionError), planted(model, FAULTS["groups"]):
            raise ZeroDivisionError
        assert torch.equal(model(ids), before)
