"""The attention module: loops in float64, a past kept in buffers, and every layout refused."""

import math
from itertools import permutations
from typing import Literal

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from typed_rope.attention import KeyValues, masks
from typed_rope.checking import ShapeError
from typed_rope.modules import Attention
from typed_rope.rope import RopeSpec, rope_table

B, T, H, G, D, C, M = 5, 7, 6, 2, 8, 20, 11


def attention(pairing: Literal["halves", "interleaved"] = "interleaved") -> Attention:
    spec = RopeSpec(head_dim=D, theta=100.0, pairing=pairing)
    return Attention(channels=C, heads=H, kv_heads=G, rope=spec)


def turned(x: Tensor, pairing: str) -> Tensor:
    """Rotate one head, `t d`, by complex multiplication."""
    d = x.shape[1]
    angles = torch.arange(x.shape[0]).double()[:, None] * 100.0 ** (-torch.arange(0, d, 2) / d)
    first, second = (
        (x[:, : d // 2], x[:, d // 2 :]) if pairing == "halves" else (x[:, ::2], x[:, 1::2])
    )
    pairs = torch.complex(first, second) * torch.polar(torch.ones_like(angles), angles)
    parts = [pairs.real, pairs.imag]
    return torch.cat(parts, 1) if pairing == "halves" else torch.stack(parts, 2).flatten(1)


def formula(module: Attention, x: Tensor, pairing: str) -> Tensor:
    """Causal attention, one head of one row at a time."""
    projections = (module.query, module.key, module.value, module.output)
    wq, wk, wv, wo = (projection.weight.double() for projection in projections)
    rows = []
    for row in x.double():
        heads = []
        for head in range(H):
            shared = head // (H // G)
            q = turned((row @ wq.T)[:, head * D : (head + 1) * D], pairing)
            k = turned((row @ wk.T)[:, shared * D : (shared + 1) * D], pairing)
            v = (row @ wv.T)[:, shared * D : (shared + 1) * D]
            scores = q @ k.T / math.sqrt(D)
            hidden = torch.ones(T, T, dtype=torch.bool).triu(1)
            heads.append(scores.masked_fill(hidden, -math.inf).softmax(1) @ v)
        rows.append(torch.cat(heads, 1) @ wo.T)
    return torch.stack(rows)


@pytest.mark.parametrize("pairing", ["halves", "interleaved"])
def test_attention_is_the_formula(pairing: Literal["halves", "interleaved"]) -> None:
    module, x = attention(pairing), torch.randn(B, T, C)
    got = module(x, *rope_table(module.rope, torch.arange(T)))
    assert_close(got.double(), formula(module, x, pairing), rtol=1e-5, atol=1e-6)


@torch.no_grad()
def test_a_past_in_buffers_gives_what_one_pass_gives() -> None:
    module, x = attention(), torch.randn(B, T, C)
    cos, sin = rope_table(module.rope, torch.arange(T))
    keys, values = torch.zeros(B, G, M, D), torch.zeros(B, G, M, D)
    parts = [
        module(
            x[:, start:end],
            cos[start:end],
            sin[start:end],
            past=KeyValues(keys, values, length=start),
        )
        for start, end in [(0, 4), (4, 5), (5, T)]
    ]
    assert_close(torch.cat(parts, 1), module(x, cos, sin), rtol=1e-5, atol=1e-6)


def test_positions_may_differ_by_row() -> None:
    module, x = attention(), torch.randn(B, T, C)
    positions = torch.stack([torch.arange(T) + 3 * row for row in range(B)])
    whole = module(x, *rope_table(module.rope, positions))
    for row in range(B):
        alone = module(x[row : row + 1], *rope_table(module.rope, positions[row]))
        assert_close(whole[row], alone[0], rtol=1e-5, atol=1e-6)


def test_the_mask_decides_what_is_seen() -> None:
    module, x = attention(), torch.randn(B, T, C)
    tables = rope_table(module.rope, torch.arange(T))
    changed = x.clone()
    changed[:, -1] += 1.0
    one, two = (module(y, *tables, mask=masks.prefix(T - 1)) for y in (x, changed))
    assert_close(one[:, :-1], two[:, :-1], rtol=1e-5, atol=1e-6)
    assert (module(x, *tables, mask=masks.full()) - one).abs().amax(2).min() > 1e-4


@pytest.mark.parametrize("order", list(permutations("btc"))[1:], ids="".join)
def test_tokens_in_any_other_order_are_refused(order: tuple[str, ...]) -> None:
    module = attention()
    x = torch.randn(B, T, C).permute(["btc".index(axis) for axis in order])
    with pytest.raises(ShapeError):
        module(x, *rope_table(module.rope, torch.arange(T)))


def test_tables_of_other_tokens_are_refused() -> None:
    module = attention()
    with pytest.raises(ShapeError):
        module(torch.randn(B, T, C), *rope_table(module.rope, torch.arange(T + 1)))


def test_heads_that_do_not_divide_are_refused() -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        Attention(channels=C, heads=6, kv_heads=4, rope=RopeSpec(head_dim=D))
    assert str(error.value) == ("Attention: kv_heads must divide heads, got heads=6, kv_heads=4.")
