"""What metadata says of a model: read as written, and refused where it is not understood."""

from pathlib import Path
from typing import Any

import pytest

from typed_rope.models import DecoderConfig
from typed_rope.models.gguf.config import decoder_config
from typed_rope.models.gguf.file import open_gguf
from typed_rope.rope import RopeSpec


def read(tiny: Any, path: Path) -> DecoderConfig:
    return decoder_config(open_gguf(tiny.write(path / "tiny.gguf")))


def refused(tiny: Any, path: Path) -> str:
    with pytest.raises(ValueError) as error:  # noqa: PT011 (callers compare the whole message)
        read(tiny, path)
    return str(error.value).replace(str(path / "tiny.gguf"), "FILE")


def test_every_size_is_read(tiny: Any, tmp_path: Path, tokens: list[str]) -> None:
    config = read(tiny, tmp_path)
    assert config.norm_eps == pytest.approx(0.001, rel=1e-6)
    assert config == DecoderConfig(
        vocab=len(tokens),
        channels=64,
        layers=3,
        heads=8,
        kv_heads=2,
        feed_forward=160,
        context=17,
        rope=RopeSpec(head_dim=24, theta=100.0, pairing="interleaved"),
        norm_eps=config.norm_eps,
        tied_embeddings=False,
    )


def test_what_may_be_left_out_has_the_value_it_means(tiny: Any, tmp_path: Path) -> None:
    for key in ("head_count_kv", "key_length", "value_length"):
        del tiny.metadata[f"llama.attention.{key}"]
    for key in ("rope.freq_base", "rope.dimension_count", "vocab_size"):
        del tiny.metadata[f"llama.{key}"]
    tiny.tensors["token_embd.weight"] = tiny.tensors["token_embd.weight"][:-5]
    del tiny.tensors["output.weight"]
    config = read(tiny, tmp_path)
    assert config.kv_heads == 8
    assert config.vocab == len(tiny.tensors["token_embd.weight"])
    assert config.rope == RopeSpec(head_dim=8, theta=10_000.0, pairing="interleaved")
    assert config.tied_embeddings


def test_what_changes_nothing_is_allowed(tiny: Any, tmp_path: Path) -> None:
    want = read(tiny, tmp_path)
    tiny.metadata["llama.expert_count"] = 0
    tiny.metadata["llama.rope.scaling.finetuned"] = True
    assert read(tiny, tmp_path) == want


def test_another_architecture_is_named(tiny: Any, tmp_path: Path) -> None:
    tiny.metadata["general.architecture"] = "gemma3"
    assert refused(tiny, tmp_path) == (
        "load_gguf: FILE holds a model of the architecture 'gemma3'; supported is 'llama'."
    )


def test_all_unusable_metadata_is_listed_at_once(tiny: Any, tmp_path: Path) -> None:
    del tiny.metadata["llama.block_count"]
    del tiny.metadata["llama.feed_forward_length"]
    tiny.metadata["llama.attention.head_count"] = [8, 8, 4]
    tiny.metadata["llama.expert_count"] = 4
    tiny.metadata["llama.attention.sliding_window"] = 4096
    assert refused(tiny, tmp_path) == (
        "load_gguf: FILE has unusable metadata:\n"
        "  llama.block_count is missing\n"
        "  llama.feed_forward_length is missing\n"
        "  llama.attention.head_count should be of the type int, got [8, 8, 4]\n"
        "  llama.expert_count = 4 is not supported\n"
        "  llama.attention.sliding_window = 4096 is not supported"
    )


def test_values_of_another_width_than_keys_are_refused(tiny: Any, tmp_path: Path) -> None:
    tiny.metadata["llama.attention.value_length"] = 16
    assert refused(tiny, tmp_path) == (
        "load_gguf: FILE has heads of 24 channels for keys and 16 for values; only equal ones are "
        "supported."
    )


def test_sizes_that_mean_nothing_are_refused_by_the_config(tiny: Any, tmp_path: Path) -> None:
    tiny.metadata["llama.attention.head_count"] = 0
    assert refused(tiny, tmp_path) == "DecoderConfig: heads must be at least 1, got 0."
