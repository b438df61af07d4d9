"""The past of a whole decoder: one pair of buffers a layer, and one length for all of them."""

import torch

from typed_rope.attention import KeyValues
from typed_rope.checking import typed
from typed_rope.models.config import DecoderConfig


class Cache:
    """Keys and values of the tokens that a decoder has read, in buffers of a fixed capacity.

    `length` is the number of tokens read, and so the position of the next one. It moves only when
    every layer has been through: a pass that fails half-way leaves the past as it was.
    """

    @typed
    def __init__(
        self,
        config: DecoderConfig,
        *,
        batch: int,
        capacity: int,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str | None = None,
    ) -> None:
        """Allocate room for `capacity` tokens in each of `batch` rows.

        Raises: ValueError if the batch or the capacity is below 1, or beyond the model's context.
        """
        if batch < 1:
            raise ValueError(f"Cache: batch must be at least 1, got {batch}.")
        if not 1 <= capacity <= config.context:
            raise ValueError(
                f"Cache: capacity must lie in 1…{config.context}, the model's context, "
                f"got {capacity}."
            )
        self.batch = batch
        self.capacity = capacity
        self.length = 0
        size = (batch, config.kv_heads, capacity, config.rope.head_dim)
        self._buffers = tuple(
            (
                torch.zeros(size, dtype=dtype, device=device),
                torch.zeros(size, dtype=dtype, device=device),
            )
            for _ in range(config.layers)
        )

    @property
    def layers(self) -> int:
        """The number of layers whose past is kept."""
        return len(self._buffers)

    @typed
    def layer(self, index: int) -> KeyValues:
        """Return the past of one layer."""
        keys, values = self._buffers[index]
        return KeyValues(keys=keys, values=values, length=self.length)

    @typed
    def advance(self, tokens: int) -> None:
        """Count the tokens that every layer has just written as read.

        Raises: ValueError if they cannot have been written.
        """
        if not 0 <= tokens <= self.capacity - self.length:
            raise ValueError(
                f"Cache.advance: {tokens} tokens cannot follow {self.length} "
                f"in a cache of {self.capacity}."
            )
        self.length += tokens


__all__ = ["Cache"]
