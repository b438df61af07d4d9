"""The sizes of a decoder: nonsense is refused, all of it at once."""

from dataclasses import FrozenInstanceError, replace

import pytest

from typed_rope.models import DecoderConfig


def test_all_that_is_wrong_is_said_at_once(config: DecoderConfig) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        replace(config, vocab=0, layers=-1, kv_heads=4, norm_eps=0.0)
    assert str(error.value) == (
        "DecoderConfig: vocab must be at least 1, got 0; layers must be at least 1, got -1; "
        "kv_heads=4 must divide heads=15; norm_eps must be positive, got 0.0."
    )


@pytest.mark.parametrize(
    "name", ["vocab", "channels", "layers", "heads", "kv_heads", "feed_forward", "context"]
)
def test_no_size_may_be_zero(config: DecoderConfig, name: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        replace(config, **{name: 0})  # type: ignore[arg-type] # a name drawn at run time
    assert str(error.value) == f"DecoderConfig: {name} must be at least 1, got 0."


def test_a_config_cannot_change(config: DecoderConfig) -> None:
    with pytest.raises(FrozenInstanceError):
        config.layers = 3  # type: ignore[misc] # the point
