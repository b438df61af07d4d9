"""How a file's positions turn its heads: recognised exactly, or refused."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from typed_rope.models.gguf.config import decoder_config
from typed_rope.models.gguf.file import open_gguf
from typed_rope.rope import LinearScaling, Llama3Scaling, RopeSpec


def read(tiny: Any, path: Path) -> RopeSpec:
    return decoder_config(open_gguf(tiny.write(path / "tiny.gguf"))).rope


def refused(tiny: Any, path: Path) -> str:
    with pytest.raises(ValueError) as error:  # noqa: PT011 (callers compare the whole message)
        read(tiny, path)
    return str(error.value).replace(str(path / "tiny.gguf"), "FILE")


def llama3_divisors(theta: float, rotary_dim: int, factor: float) -> Tensor:
    """Write the divisors out by wavelength, as Llama 3.1 describes them, in float32."""
    divisors = []
    for i in range(rotary_dim // 2):
        wavelength = 2 * math.pi * theta ** (2 * i / rotary_dim)
        smooth = (8192 / wavelength - 1.0) / (4.0 - 1.0)
        if wavelength < 8192 / 4.0:
            divisors.append(1.0)
        elif wavelength > 8192 / 1.0:
            divisors.append(factor)
        else:
            divisors.append(1 / ((1 - smooth) / factor + smooth))
    return torch.tensor(divisors)


def test_a_part_of_each_head_may_turn(tiny: Any, tmp_path: Path) -> None:
    tiny.metadata["llama.rope.dimension_count"] = 10
    assert read(tiny, tmp_path).rotary_dim == 10


def test_linear_scaling_is_read(tiny: Any, tmp_path: Path) -> None:
    tiny.metadata["llama.rope.scaling.type"] = "linear"
    tiny.metadata["llama.rope.scaling.factor"] = 4.0
    assert read(tiny, tmp_path).scaling == LinearScaling(factor=4.0)


def test_another_scaling_is_named(tiny: Any, tmp_path: Path) -> None:
    tiny.metadata["llama.rope.scaling.type"] = "yarn"
    assert refused(tiny, tmp_path) == (
        "load_gguf: FILE scales its positions by the type 'yarn'; supported are 'none' and "
        "'linear'."
    )


def test_divisors_of_one_are_no_scaling(tiny: Any, tmp_path: Path) -> None:
    tiny.tensors["rope_freqs.weight"] = torch.ones(12)
    assert read(tiny, tmp_path).scaling is None


@pytest.mark.parametrize("factor", [8.0, 32.0])
def test_the_divisors_of_llama_3_are_recognised(tiny: Any, tmp_path: Path, factor: float) -> None:
    tiny.metadata["llama.rope.freq_base"] = 500_000.0
    tiny.tensors["rope_freqs.weight"] = llama3_divisors(500_000.0, 24, factor)
    assert read(tiny, tmp_path).scaling == Llama3Scaling(
        factor=factor,
        low_freq_factor=1.0,
        high_freq_factor=4.0,
        original_max_position_embeddings=8192,
    )


@pytest.mark.parametrize("case", ["one off", "too few", "below one"])
def test_other_divisors_are_refused(tiny: Any, tmp_path: Path, case: str) -> None:
    tiny.metadata["llama.rope.freq_base"] = 500_000.0
    divisors = llama3_divisors(500_000.0, 24, 8.0)
    changed = {
        "one off": torch.where(torch.arange(12) == 7, divisors * 1.01, divisors),
        "too few": divisors[:-1],
        "below one": torch.full((12,), 0.5),
    }
    tiny.tensors["rope_freqs.weight"] = changed[case]
    assert refused(tiny, tmp_path) == (
        "load_gguf: FILE divides its frequencies by rope_freqs.weight, which are not the divisors "
        "of Llama 3.1 and later; no others are supported."
    )
