"""How a model stretches its frequencies beyond the length that it was first trained on.

Each scaling is one frozen dataclass with two methods: the frequencies that replace the plain ones,
and the attention factor, by which both tables are multiplied. A new scaling joins the union
`Scaling` here and the table of rope types in `hf_scaling.py`; nothing else knows them by name.

                      fast pairs                       slow pairs
    LinearScaling     / factor                         / factor
    Llama3Scaling     kept  ...  blended, by turns ... / factor
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float64
from torch import Tensor

from typed_rope.checking import typed
from typed_rope.rope.frequencies import plain_frequencies


@typed
@dataclass(frozen=True, kw_only=True)
class LinearScaling:
    """Divide every position by `factor`.

    Source: Chen et al. 2023 (position interpolation, arXiv 2306.15595), section 2.3.
    """

    factor: float

    def __post_init__(self) -> None:
        """Refuse a factor that stretches nothing."""
        _check_factor("LinearScaling", self.factor)

    @typed
    def frequencies(
        self,
        theta: float,
        rotary_dim: int,
        *,
        seq_len: int | None = None,
        device: torch.device | None = None,
    ) -> Float64[Tensor, " {rotary_dim}/2"]:
        """Give the plain frequencies divided by the factor, the same at every length."""
        return plain_frequencies(theta, rotary_dim, device=device) / self.factor

    def attention_factor(self, *, seq_len: int | None = None) -> float:
        """Leave the tables as they are: 1, at every length."""
        return 1.0


@typed
@dataclass(frozen=True, kw_only=True)
class Llama3Scaling:
    """Keep pairs that turn often within the trained length, divide by `factor` those that do not.

    Convention: a pair that turns `high_freq_factor` times or more within
    `original_max_position_embeddings` tokens is kept, one that turns `low_freq_factor` times or
    less is divided, in between the two are blended linearly. Equal factors leave no between.
    Source: Meta 2024, `apply_scaling` in the reference code of Llama 3.1.
    """

    factor: float
    low_freq_factor: float
    high_freq_factor: float
    original_max_position_embeddings: int

    def __post_init__(self) -> None:
        """Refuse factors out of order and a length of nothing."""
        _check_factor("Llama3Scaling", self.factor)
        low, high = self.low_freq_factor, self.high_freq_factor
        if not 0.0 < low <= high < math.inf:
            raise ValueError(
                "Llama3Scaling: low_freq_factor must be above 0 and at most high_freq_factor, got "
                f"low_freq_factor={low}, high_freq_factor={high}."
            )
        if self.original_max_position_embeddings < 1:
            raise ValueError(
                "Llama3Scaling: original_max_position_embeddings must be at least 1, got "
                f"{self.original_max_position_embeddings}."
            )

    @typed
    def frequencies(
        self,
        theta: float,
        rotary_dim: int,
        *,
        seq_len: int | None = None,
        device: torch.device | None = None,
    ) -> Float64[Tensor, " {rotary_dim}/2"]:
        """Give each pair's frequency by how often it turns, the same at every length."""
        plain = plain_frequencies(theta, rotary_dim, device=device)
        turns = self.original_max_position_embeddings * plain / (2 * math.pi)
        low, high = self.low_freq_factor, self.high_freq_factor
        if low == high:  # no ramp to divide by: a step
            return torch.where(turns < low, plain / self.factor, plain)
        kept = ((turns - low) / (high - low)).clamp(0.0, 1.0)
        return torch.lerp(plain / self.factor, plain, kept)

    def attention_factor(self, *, seq_len: int | None = None) -> float:
        """Leave the tables as they are: 1, at every length."""
        return 1.0


Scaling = LinearScaling | Llama3Scaling


def _check_factor(scaling: str, factor: float) -> None:
    if not 1.0 <= factor < math.inf:
        raise ValueError(f"{scaling}: factor must be at least 1.0 and finite, got {factor}.")
