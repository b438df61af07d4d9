"""A Llama-like language model.

ids  b t ─ embedding ─ b t c ─ n blocks ─ norm ─ b t c ─ head ─ logits  b t v
                                      │
                 rope tables, mask, cache
"""

from typing import Final

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from typed_rope.attention import Mask, masks
from typed_rope.checking import ShapeError, typed
from typed_rope.models.cache import Cache
from typed_rope.models.config import DecoderConfig
from typed_rope.modules import Block, RMSNorm
from typed_rope.rope import rope_table

_CAUSAL: Final = masks.causal()


class Decoder(nn.Module):
    """Token ids in, logits of the next token out."""

    @typed
    def __init__(self, config: DecoderConfig) -> None:
        """Hold randomly initialised weights of the sizes in `config`."""
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocab, config.channels)
        self.blocks = nn.ModuleList(
            Block(
                channels=config.channels,
                heads=config.heads,
                kv_heads=config.kv_heads,
                feed_forward=config.feed_forward,
                rope=config.rope,
                norm_eps=config.norm_eps,
            )
            for _ in range(config.layers)
        )
        self.norm = RMSNorm(channels=config.channels, eps=config.norm_eps)
        if not config.tied_embeddings:
            self.head = nn.Linear(config.channels, config.vocab, bias=False)

    @typed
    def forward(
        self,
        ids: Int[Tensor, "b t"],
        *,
        positions: Int[Tensor, " t"] | Int[Tensor, "b t"] | None = None,
        mask: Mask = _CAUSAL,
        cache: Cache | None = None,
    ) -> Float[Tensor, "b t v={self.config.vocab}"]:
        """Predict, at every token, the one that follows it.

        Convention: positions count on from the cache's length; with a cache the mask is over
            the cached tokens and the new ones, and the cache is advanced by the new ones.
        Raises: ValueError if there are no tokens, ids outside the vocabulary, more tokens than the
            context or the cache holds, or a cache of another model; ShapeError for a cache of
            another batch.
        """
        return self.logits(self.hidden(ids, positions=positions, mask=mask, cache=cache))

    @typed
    def hidden(
        self,
        ids: Int[Tensor, "b t"],
        *,
        positions: Int[Tensor, " t"] | Int[Tensor, "b t"] | None = None,
        mask: Mask = _CAUSAL,
        cache: Cache | None = None,
    ) -> Float[Tensor, "b t c={self.config.channels}"]:
        """Compute what `logits` reads: the last block's output, normalised.

        Convention and errors as for the whole model.
        """
        t = ids.shape[1]
        self._refuse_ids(ids)
        start = 0 if cache is None else self._start(ids, cache)
        if start + t > self.config.context:
            raise ValueError(
                f"Decoder: {start + t} tokens exceed the model's context of {self.config.context}."
            )
        if positions is None:
            positions = torch.arange(start, start + t, device=ids.device)
        cos, sin = rope_table(self.config.rope, positions)
        x: Tensor = self.embedding(ids)
        for index, block in enumerate(self.blocks):
            past = None if cache is None else cache.layer(index)
            x = block(x, cos, sin, mask=mask, past=past)
        if cache is not None:
            cache.advance(t)
        out: Tensor = self.norm(x)
        return out

    @typed
    def logits(
        self, x: Float[Tensor, "b t c={self.config.channels}"]
    ) -> Float[Tensor, "b t v={self.config.vocab}"]:
        """Score every token of the vocabulary."""
        head = self.embedding if self.config.tied_embeddings else self.head
        return functional.linear(x, head.weight)

    @typed
    def new_cache(self, *, batch: int, capacity: int) -> Cache:
        """Allocate an empty cache in this model's dtype and on its device."""
        weight = self.embedding.weight
        return Cache(
            self.config, batch=batch, capacity=capacity, dtype=weight.dtype, device=weight.device
        )

    @typed
    def _refuse_ids(self, ids: Int[Tensor, "b t"]) -> None:
        if ids.numel() == 0:
            raise ValueError("Decoder: there are no tokens to read; give at least one.")
        # The tracer cannot branch on values; there the embedding's own check has to do.
        if torch.compiler.is_compiling():
            return
        lowest, highest = (int(end) for end in torch.aminmax(ids))
        if lowest < 0 or highest >= self.config.vocab:
            wrong = lowest if lowest < 0 else highest
            raise ValueError(
                f"Decoder: token ids must lie in 0…{self.config.vocab - 1}, got {wrong}."
            )

    @typed
    def _start(self, ids: Int[Tensor, "b t"], cache: Cache) -> int:
        """Return the position of the first new token, if the cache can take them all."""
        b, t = ids.shape
        if cache.batch != b:
            reason = f"the cache is for b = {cache.batch}, but ids has b = {b}."
            raise ShapeError.from_body("Decoder", "cache", reason, b=b)
        if cache.layers != self.config.layers:
            raise ValueError(
                f"Decoder: the cache is for {cache.layers} layers, but the model has "
                f"{self.config.layers}; make one with new_cache."
            )
        if cache.length + t > cache.capacity:
            raise ValueError(
                f"Decoder: {t} tokens do not fit behind {cache.length} in a cache of "
                f"{cache.capacity}; make a longer one with new_cache."
            )
        return cache.length


__all__ = ["Decoder"]
