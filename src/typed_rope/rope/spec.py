"""What a model's RoPE is: data that cannot change, complete enough to compute its angles."""

import math
from dataclasses import dataclass
from typing import Self

from typed_rope.checking import typed
from typed_rope.rope.hf import read_hf
from typed_rope.rope.pairing import Pairing
from typed_rope.rope.scaling import Scaling


@typed
@dataclass(frozen=True, kw_only=True)
class RopeSpec:
    """How a model turns its queries and keys.

    `head_dim` channels a head, of which the first `rotary_dim` are rotated (all, where it is not
    given); pair i of them turns by theta to the -2i/rotary_dim radians per position, as `scaling`
    then changes it. `pairing` says which two channels form a pair.

    Raises: ValueError if the dims cannot be paired or theta is not above 0.
    """

    head_dim: int
    theta: float = 10_000.0
    scaling: Scaling | None = None
    rotary_dim: int = None  # type: ignore[assignment]  # is head_dim, where it is not given
    pairing: Pairing = "halves"

    def __post_init__(self) -> None:
        """Settle `rotary_dim` and refuse what has no angles."""
        if self.head_dim < 2:
            raise ValueError(f"RopeSpec: head_dim must be at least 2, got {self.head_dim}.")
        object.__setattr__(self, "rotary_dim", _all_unless_given(self.rotary_dim, self.head_dim))
        if self.rotary_dim == self.head_dim and self.head_dim % 2:
            raise ValueError(
                f"RopeSpec: head_dim must be even to be rotated in pairs, got {self.head_dim}; "
                "give an even rotary_dim to rotate a part of it."
            )
        if self.rotary_dim % 2 or not 2 <= self.rotary_dim <= self.head_dim:
            raise ValueError(
                "RopeSpec: rotary_dim must be even, at least 2 and at most head_dim, got "
                f"rotary_dim={self.rotary_dim}, head_dim={self.head_dim}."
            )
        if not 0.0 < self.theta < math.inf:
            raise ValueError(f"RopeSpec: theta must be above 0 and finite, got {self.theta}.")

    @classmethod
    @typed
    def from_hf(
        cls, config: object, layer_type: str | None = None, layer_index: int | None = None
    ) -> Self | None:
        """Read a published configuration; None for a layer that has no RoPE.

        `config` is a mapping, such as a parsed config.json, or a transformers configuration, with
        `rope_theta` and `rope_scaling` (transformers 4) or `rope_parameters` (5, flat or by layer
        type). Where layers differ, say which: by `layer_type` or by `layer_index`.

        Convention: halves, unless the table of `hf.py` knows the `model_type` to interleave.
        Raises: ValueError for what is missing, contradictory or not supported: nothing falls back.
        Warns: RopeConfigWarning, by name, for a key that is not used and a value that is assumed.
        """
        arguments = read_hf(config, layer_type, layer_index)
        return None if arguments is None else cls(**arguments)


def _all_unless_given(rotary_dim: int | None, head_dim: int) -> int:
    return head_dim if rotary_dim is None else rotary_dim
