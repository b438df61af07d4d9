"""The past of a decoder: its length moves only with what was written."""

import pytest
import torch

from typed_rope.models import Cache, Decoder, DecoderConfig


def test_a_cache_has_the_models_sizes_and_dtype(config: DecoderConfig) -> None:
    cache = Decoder(config).to(torch.bfloat16).new_cache(batch=3, capacity=11)
    assert (cache.batch, cache.capacity, cache.layers, cache.length) == (3, 11, config.layers, 0)
    for index in range(config.layers):
        past = cache.layer(index)
        assert past.keys.shape == past.values.shape == (3, config.kv_heads, 11, 8)
        assert past.keys.dtype == past.values.dtype == torch.bfloat16


@torch.no_grad()
def test_a_pass_that_fails_half_way_leaves_the_past_as_it_was(model: Decoder) -> None:
    ids, cache = torch.randint(31, (3, 7)), model.new_cache(batch=3, capacity=11)
    model(ids[:, :4], cache=cache)

    def fail(*_: object) -> None:
        raise InterruptedError

    hook = model.blocks[1].register_forward_pre_hook(fail)
    with pytest.raises(InterruptedError):
        model(ids[:, 4:].flip(1), cache=cache)
    hook.remove()
    torch.testing.assert_close(
        model(ids[:, 4:], cache=cache), model(ids)[:, 4:], rtol=1e-5, atol=1e-5
    )


@pytest.mark.parametrize(
    ("batch", "capacity", "message"),
    [
        (0, 5, "Cache: batch must be at least 1, got 0."),
        (3, 0, "Cache: capacity must lie in 1…17, the model's context, got 0."),
        (3, 18, "Cache: capacity must lie in 1…17, the model's context, got 18."),
    ],
)
def test_sizes_that_mean_nothing_are_refused(
    config: DecoderConfig, batch: int, capacity: int, message: str
) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        Cache(config, batch=batch, capacity=capacity)
    assert str(error.value) == message


@pytest.mark.parametrize("tokens", [-1, 9])
def test_more_than_was_written_cannot_be_counted(config: DecoderConfig, tokens: int) -> None:
    cache = Cache(config, batch=3, capacity=11)
    cache.advance(3)
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        cache.advance(tokens)
    assert str(error.value) == (f"Cache.advance: {tokens} tokens cannot follow 3 in a cache of 11.")
