"""Keys and values of past tokens, in buffers that are allocated once.

buffer   b g m d     [ k k k k k · · · · · ]       m: tokens of prompt and continuation
append   b g t d                  [ k k ]          written at `at`
result   b g s d     [ k k k k k k k ]             a view of the first s = at + t
"""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import typed


@typed
def append(
    buffer: Float[Tensor, "b g m d"], new: Float[Tensor, "b g t d"], *, at: int
) -> Float[Tensor, "b g s={at}+t d"]:
    """Write what is new behind the first `at` positions, and view all that is there.

    The buffer is changed; what lay from `at` on is forgotten.

    Raises: ValueError if the buffer is too short, or if gradients would be lost in it.
    """
    t, m = new.shape[2], buffer.shape[2]
    if not 0 <= at <= m - t:
        raise ValueError(
            f"append: {t} positions do not fit behind the first {at} of a buffer of {m}."
        )
    if new.requires_grad:
        raise ValueError("append: a cache keeps no gradients; decode under torch.no_grad().")
    buffer[:, :, at : at + t] = new
    return buffer[:, :, : at + t]


@typed
@dataclass(frozen=True, eq=False)
class KeyValues:
    """The buffers of one attention layer, and how many positions of them are filled."""

    keys: Float[Tensor, "b g m d"]
    values: Float[Tensor, "b g m e"]
    length: int

    @typed
    def append(
        self, k: Float[Tensor, "b g t d"], v: Float[Tensor, "b g t e"]
    ) -> tuple[Float[Tensor, "b g s={self.length}+t d"], Float[Tensor, "b g s={self.length}+t e"]]:
        """Write new keys and values behind the filled positions, and view all that is there."""
        return append(self.keys, k, at=self.length), append(self.values, v, at=self.length)


__all__ = ["KeyValues", "append"]
