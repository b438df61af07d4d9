"""The decoder against Llama in float64, with a cache and without, padded and not."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.testing import assert_close

from typed_rope.attention import masks
from typed_rope.checking import ShapeError
from typed_rope.models import Decoder, DecoderConfig

B, T = 3, 7
SIZES = {"layers": 2, "heads": 15, "kv_heads": 5, "head_dim": 8, "theta": 100.0, "eps": 1e-3}


def drawn(b: int = B, t: int = T) -> Tensor:
    return torch.randint(31, (b, t))


@pytest.mark.parametrize("tied", [False, True])
def test_the_decoder_is_llama(
    config: DecoderConfig, llama64: Callable[..., Tensor], tied: bool
) -> None:
    model, ids = Decoder(replace(config, tied_embeddings=tied)), drawn()
    want = torch.stack([llama64(model.state_dict(), row, **SIZES) for row in ids])
    assert_close(model(ids).double(), want, rtol=1e-4, atol=1e-4)


def test_tied_embeddings_hold_one_matrix_only(config: DecoderConfig) -> None:
    names = Decoder(replace(config, tied_embeddings=True)).state_dict().keys()
    assert "head.weight" in Decoder(config).state_dict()
    assert "head.weight" not in names


def test_no_table_is_among_the_weights(model: Decoder) -> None:
    assert all(name.endswith(".weight") for name in model.state_dict())


@given(st.sets(st.integers(1, 12), max_size=5))
@torch.no_grad()
def test_cached_decoding_equals_one_pass(model: Decoder, cuts: set[int]) -> None:
    ids = drawn(t=13)
    cache = model.new_cache(batch=B, capacity=17)
    ends = [0, *sorted(cuts), 13]
    parts = [model(ids[:, start:end], cache=cache) for start, end in pairwise(ends)]
    assert cache.length == 13
    assert_close(torch.cat(parts, 1), model(ids), rtol=1e-5, atol=1e-5)


@torch.no_grad()
def test_a_token_sees_no_token_after_it(model: Decoder) -> None:
    ids = drawn()
    changed = ids.clone()
    changed[:, -2] = (changed[:, -2] + 1) % 31
    assert torch.equal(model(ids)[:, :-2], model(changed)[:, :-2])


@torch.no_grad()
def test_left_padding_changes_nothing_for_the_tokens(model: Decoder) -> None:
    ids, pads = drawn(), torch.tensor([0, 2, 4])
    places = torch.arange(T + 4)
    real = places >= (4 - pads)[:, None]
    padded = torch.zeros(B, T + 4, dtype=torch.long)
    for row, pad in enumerate(pads.tolist()):
        padded[row, 4 - pad :] = torch.cat([ids[row], ids[row, :pad]])
    positions = (places - (4 - pads)[:, None]).clamp(min=0)
    got = model(padded, positions=positions, mask=masks.causal() & masks.padding(real))
    for row, pad in enumerate(pads.tolist()):
        alone = model(padded[row : row + 1, 4 - pad :])
        assert_close(got[row, 4 - pad :], alone[0], rtol=1e-5, atol=1e-5)


@given(st.integers(0, 1_000_000))
@torch.no_grad()
def test_only_differences_of_positions_matter(model: Decoder, shift: int) -> None:
    ids = drawn()
    moved = model(ids, positions=torch.arange(shift, shift + T))
    assert_close(moved, model(ids), rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_half_a_model_stays_half_with_a_cache_and_without(
    config: DecoderConfig, llama64: Callable[..., Tensor]
) -> None:
    model, ids = Decoder(config).to(torch.bfloat16), drawn()
    want = torch.stack([llama64(model.state_dict(), row, **SIZES) for row in ids])
    cache = model.new_cache(batch=B, capacity=T)
    cached = torch.cat([model(ids[:, :4], cache=cache), model(ids[:, 4:], cache=cache)], 1)
    for got in (model(ids), cached):
        assert got.dtype == torch.bfloat16
        assert_close(got.double(), want, rtol=5e-2, atol=5e-2)


@torch.no_grad()
def test_the_decoder_compiles_to_one_graph(model: Decoder) -> None:
    ids = drawn()
    compiled = torch.compile(model, fullgraph=True, backend="aot_eager")
    assert_close(compiled(ids), model(ids))


def test_gradients_reach_every_weight(config: DecoderConfig) -> None:
    model = Decoder(config)
    model(drawn()).square().sum().backward()
    assert all(weight.grad is not None and weight.grad.any() for weight in model.parameters())


@pytest.mark.parametrize(("wrong", "place"), [(-2, (1, 3)), (31, (2, 0))])
def test_ids_outside_the_vocabulary_are_named(
    model: Decoder, wrong: int, place: tuple[int, int]
) -> None:
    ids = drawn()
    ids[place] = wrong
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        model(ids)
    assert str(error.value) == f"Decoder: token ids must lie in 0…30, got {wrong}."


def test_no_tokens_are_refused(model: Decoder) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        model(drawn(t=0))
    assert str(error.value) == "Decoder: there are no tokens to read; give at least one."


def test_more_tokens_than_the_context_are_refused(model: Decoder) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        model(drawn(t=18))
    assert str(error.value) == "Decoder: 18 tokens exceed the model's context of 17."


@torch.no_grad()
def test_a_cache_that_cannot_take_the_tokens_is_refused(
    model: Decoder, config: DecoderConfig
) -> None:
    cache = model.new_cache(batch=B, capacity=9)
    model(drawn(), cache=cache)
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        model(drawn(t=4), cache=cache)
    assert str(error.value) == (
        "Decoder: 4 tokens do not fit behind 7 in a cache of 9; make a longer one with new_cache."
    )
    with pytest.raises(ShapeError) as shape:
        model(drawn(b=2), cache=cache)
    assert str(shape.value) == "Decoder: the cache is for b = 3, but ids has b = 2."
    deeper = Decoder(replace(config, layers=4)).new_cache(batch=B, capacity=9)
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        model(drawn(), cache=deeper)
    assert str(error.value) == (
        "Decoder: the cache is for 4 layers, but the model has 2; make one with new_cache."
    )


def test_ids_that_are_no_integers_are_refused(model: Decoder) -> None:
    with pytest.raises(ShapeError):
        model(torch.rand(B, T))
