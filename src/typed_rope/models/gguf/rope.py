"""How the positions of a model in a GGUF file turn its heads.

Converters for the llama architecture store the rows of query and key weights so that the channels
2i and 2i + 1 form a pair: the pairing here is interleaved, whatever the model had before.
"""

from collections.abc import Mapping
from typing import Final

import torch
from jaxtyping import Float32
from torch import Tensor

from typed_rope.checking import typed
from typed_rope.models.gguf.file import GgufFile
from typed_rope.rope import LinearScaling, Llama3Scaling, RopeSpec
from typed_rope.rope.frequencies import plain_frequencies

# What the converter has read from Llama 3.1 to 3.3 before it wrote the divisors; not in the file.
_LLAMA3_TURNS: Final = (1.0, 4.0)
_LLAMA3_LENGTH: Final = 8192


@typed
def rope_spec(
    file: GgufFile, *, head_dim: int, sizes: Mapping[str, int], reals: Mapping[str, float]
) -> RopeSpec:
    """Read the base, the rotated part and the scaling.

    Raises: ValueError for a scaling that is not supported: by type (linear is), or by
        `rope_freqs.weight` (all ones are, and the divisors of Llama 3.1 and later).
    """
    return RopeSpec(
        head_dim=head_dim,
        theta=reals.get("llama.rope.freq_base", 10_000.0),
        rotary_dim=sizes.get("llama.rope.dimension_count", head_dim),
        scaling=_scaling(file, head_dim=head_dim, sizes=sizes, reals=reals),
        pairing="interleaved",
    )


@typed
def _scaling(
    file: GgufFile, *, head_dim: int, sizes: Mapping[str, int], reals: Mapping[str, float]
) -> LinearScaling | Llama3Scaling | None:
    kind = file.metadata.get("llama.rope.scaling.type", "none")
    factor = reals.get("llama.rope.scaling.factor", 1.0)
    stored = file.tensors.get("rope_freqs.weight")
    if kind not in ("none", "linear"):
        raise ValueError(
            f"load_gguf: {file.path} scales its positions by the type {kind!r}; "
            "supported are 'none' and 'linear'."
        )
    if stored is None:
        return LinearScaling(factor=factor) if kind == "linear" else None
    divisors = stored.read()
    if torch.equal(divisors, torch.ones_like(divisors)):
        return LinearScaling(factor=factor) if kind == "linear" else None
    plain = RopeSpec(
        head_dim=head_dim,
        theta=reals.get("llama.rope.freq_base", 10_000.0),
        rotary_dim=sizes.get("llama.rope.dimension_count", head_dim),
    )
    recognised = _llama3(divisors, plain)
    if recognised is None or kind == "linear":
        raise ValueError(
            f"load_gguf: {file.path} divides its frequencies by rope_freqs.weight, which are not "
            "the divisors of Llama 3.1 and later; no others are supported."
        )
    return recognised


@typed
def _llama3(divisors: Float32[Tensor, " d"], plain: RopeSpec) -> Llama3Scaling | None:
    """Return the scaling whose divisors these are, if there is one."""
    low, high = _LLAMA3_TURNS
    factor = float(divisors.max())
    if divisors.shape != (plain.rotary_dim // 2,) or factor < 1:
        return None
    scaling = Llama3Scaling(
        factor=factor,
        low_freq_factor=low,
        high_freq_factor=high,
        original_max_position_embeddings=_LLAMA3_LENGTH,
    )
    expected = plain_frequencies(plain.theta, plain.rotary_dim) / scaling.frequencies(
        plain.theta, plain.rotary_dim
    )
    return scaling if torch.allclose(divisors.double(), expected, rtol=1e-5) else None


__all__ = ["rope_spec"]
