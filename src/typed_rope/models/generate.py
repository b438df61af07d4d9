"""Continue a prompt token by token.

ids  b t ─ read at once ─┐
                         ├─ last logits  b v ─ choose ─ token  b ─┬─ ids  b m
cache ───── one token ───┘                                        │
                └────────────────── until every row has stopped ──┘
"""

from collections.abc import Callable, Collection
from functools import partial
from typing import Final

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from typed_rope.checking import typed
from typed_rope.models.decoder import Decoder
from typed_rope.models.sampling import draw

_SEEDS: Final = range(-(2**63), 2**64)  # what torch takes


@typed
def generate(
    model: Decoder,
    ids: Int[Tensor, "b t"],
    *,
    max_new_tokens: int,
    temperature: float = 0.0,
    top_k: int | None = None,
    top_p: float | None = None,
    seed: int | None = None,
    stop: Collection[int] = (),
    on_token: Callable[[Tensor], object] | None = None,
) -> Int[Tensor, "b m"]:
    """Return the prompt and its continuation, by default the likeliest token at every step.

    A row ends with the first token of `stop`, which it keeps; while other rows go on, it repeats
    it. Rows are prompts of one length, without padding. `on_token` is called with each step's
    tokens, one a row. Without a `seed`, sampling follows `torch.manual_seed`.

    Units: `temperature` divides the logits; 0 chooses the likeliest.
    Raises: ValueError if the prompt is empty, too long for the model's context together with
        `max_new_tokens`, or outside the vocabulary, or if a setting means nothing.
    Source: cached decoding as in Pope et al. 2022 (arXiv 2211.05102), section 2.
    """
    _refuse_lengths(model, ids, max_new_tokens)
    _refuse_settings(model, temperature, top_k, top_p, seed, stop)
    generator = None if seed is None else torch.Generator(ids.device).manual_seed(seed)
    choose = partial(
        _choose, temperature=temperature, top_k=top_k, top_p=top_p, generator=generator
    )
    with torch.no_grad():
        return _continue(model, ids, max_new_tokens, choose, stop, on_token)


@typed
def _choose(
    logits: Float[Tensor, "b v"],
    *,
    temperature: float,
    top_k: int | None,
    top_p: float | None,
    generator: torch.Generator | None,
) -> Int[Tensor, " b"]:
    if temperature == 0:
        return logits.argmax(dim=1)
    return draw(logits, temperature=temperature, top_k=top_k, top_p=top_p, generator=generator)


@typed
def _continue(
    model: Decoder,
    ids: Int[Tensor, "b t"],
    max_new_tokens: int,
    choose: Callable[[Tensor], Tensor],
    stop: Collection[int],
    on_token: Callable[[Tensor], object] | None,
) -> Int[Tensor, "b m"]:
    b, t = ids.shape
    cache = model.new_cache(batch=b, capacity=t + max_new_tokens)
    stopped = torch.zeros(b, dtype=torch.bool, device=ids.device)
    unread = ids
    for _ in range(max_new_tokens):
        last = model.logits(model.hidden(unread, cache=cache)[:, -1:])
        token = _held(choose(last[:, 0]), ids[:, -1], stopped)
        ids = torch.cat([ids, token[:, None]], dim=1)
        if on_token is not None:
            on_token(token)
        for end in stop:
            stopped = stopped | (token == end)
        if stop and bool(stopped.all()):
            break
        unread = token[:, None]
    return ids


@typed
def _held(
    token: Int[Tensor, " b"], previous: Int[Tensor, " b"], stopped: Bool[Tensor, " b"]
) -> Int[Tensor, " b"]:
    """Repeat the last token of the rows that have stopped."""
    return torch.where(stopped, previous, token.to(previous.dtype))


@typed
def _refuse_lengths(model: Decoder, ids: Int[Tensor, "b t"], max_new_tokens: int) -> None:
    t, context = ids.shape[1], model.config.context
    if ids.numel() == 0:
        raise ValueError("generate: the prompt is empty; give every row at least one token.")
    if max_new_tokens < 1:
        raise ValueError(f"generate: max_new_tokens must be at least 1, got {max_new_tokens}.")
    if t >= context:
        raise ValueError(
            f"generate: the prompt's {t} tokens fill the model's context of {context}; shorten it."
        )
    if t + max_new_tokens > context:
        raise ValueError(
            f"generate: {t} tokens and {max_new_tokens} new ones exceed the model's context of "
            f"{context}; ask for at most {context - t} or shorten the prompt."
        )


@typed
def _refuse_settings(
    model: Decoder,
    temperature: float,
    top_k: int | None,
    top_p: float | None,
    seed: int | None,
    stop: Collection[int],
) -> None:
    if not 0 <= temperature < float("inf"):
        raise ValueError(f"generate: temperature must be 0 or positive, got {temperature}.")
    if top_k is not None and top_k < 1:
        raise ValueError(f"generate: top_k must be at least 1, got {top_k}.")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"generate: top_p must be above 0 and at most 1, got {top_p}.")
    if seed is not None and seed not in _SEEDS:
        raise ValueError(f"generate: seed must fit 64 bits, got {seed}.")
    settings = {"top_k": top_k, "top_p": top_p, "seed": seed}
    idle = [name for name, value in settings.items() if value is not None]
    if temperature == 0 and idle:
        raise ValueError(
            f"generate: {' and '.join(idle)} would do nothing at temperature 0; "
            "set a temperature, such as 0.8."
        )
    foreign = sorted(token for token in stop if not 0 <= token < model.config.vocab)
    if foreign:
        raise ValueError(
            f"generate: stop tokens must lie in 0…{model.config.vocab - 1}, got {foreign}."
        )


__all__ = ["generate"]
