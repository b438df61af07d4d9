"""One right call of every public function that takes a tensor, its sizes pairwise distinct."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from typed_rope import attention, layout, modules, rope
from typed_rope.attention import KeyValues, append, masks
from typed_rope.models import Decoder, DecoderConfig, generate, token_nll
from typed_rope.rope import RopeSpec

B, H, G, T, S, D, E, C, F, V, R = 3, 10, 2, 7, 11, 8, 6, 15, 13, 19, 4

Call = tuple[Callable[..., Any], dict[str, Any]]


def f(*sizes: int) -> Tensor:
    """Make a tensor whose numbers differ."""
    return torch.randn(sizes, generator=torch.Generator().manual_seed(len(sizes)))


def right_calls() -> dict[str, Call]:
    """Return each call with its arguments by name."""
    return {**_layout(), **_rope(), **_attention(), **_modules(), **_models()}


def _layout() -> dict[str, Call]:
    return {
        "split_heads": (layout.split_heads, {"x": f(B, T, H * D), "heads": H}),
        "merge_heads": (layout.merge_heads, {"x": f(B, H, T, D)}),
        "heads_first": (layout.heads_first, {"x": f(B, T, H, D)}),
        "tokens_first": (layout.tokens_first, {"x": f(B, H, T, D)}),
        "repeat_kv": (layout.repeat_kv, {"x": f(B, G, S, D), "groups": 5}),
    }


def _rope() -> dict[str, Call]:
    spec, part = RopeSpec(head_dim=D), RopeSpec(head_dim=D, rotary_dim=R)
    flat = {"x": f(B, H, T, D), "cos": f(T, D // 2), "sin": f(T, D // 2)}
    batched = {"x": f(B, H, T, D), "cos": f(B, T, D // 2), "sin": f(B, T, D // 2)}
    partial = {"x": f(B, H, T, D), "cos": f(T, R // 2), "sin": f(T, R // 2)}
    return {
        "rotate_halves": (rope.rotate_halves, flat),
        "rotate_halves, batched": (rope.rotate_halves, batched),
        "rotate_interleaved": (rope.rotate_interleaved, flat),
        "rotate_halves_partial": (rope.rotate_halves_partial, {**partial, "rotary_dim": R}),
        "rotate_interleaved_partial": (
            rope.rotate_interleaved_partial,
            {**partial, "rotary_dim": R},
        ),
        "apply_rope": (rope.apply_rope, {**flat, "spec": spec}),
        "apply_rope, partial": (rope.apply_rope, {**partial, "spec": part}),
        "apply_rope, batched": (rope.apply_rope, {**batched, "spec": spec}),
        "rope_table": (rope.rope_table, {"spec": spec, "positions": torch.arange(T)}),
        "rope_table, batched": (
            rope.rope_table,
            {"spec": spec, "positions": torch.arange(B * T).view(B, T)},
        ),
        "halves_to_interleaved": (
            rope.halves_to_interleaved,
            {"weight": f(H * D, C), "heads": H},
        ),
        "interleaved_to_halves": (
            rope.interleaved_to_halves,
            {"weight": f(H * D), "heads": H},
        ),
    }


def _attention() -> dict[str, Call]:
    qkv = {"q": f(B, H, T, D), "k": f(B, G, S, D), "v": f(B, G, S, E)}
    more = {"sinks": f(H), "bias": f(B, H, T, S)}
    settings = {"mask": masks.full(), "scale": 0.5}
    held = KeyValues(f(B, G, 17, D), f(B, G, 17, E), 4)
    return {
        "attend": (attention.attend, qkv),
        "attend, with all": (attention.attend, {**qkv, **more}),
        "attend_reference": (attention.attend_reference, {**qkv, **more, **settings}),
        "attend_sdpa": (attention.attend_sdpa, {**qkv, **settings, "bias": more["bias"]}),
        "append": (append, {"buffer": f(B, G, 17, D), "new": f(B, G, T, D), "at": 4}),
        "KeyValues": (
            KeyValues,
            {"keys": f(B, G, 17, D), "values": f(B, G, 17, E), "length": 4},
        ),
        "KeyValues.append": (held.append, {"k": f(B, G, T, D), "v": f(B, G, T, E)}),
        "masks.padding": (masks.padding, {"real": f(B, S) > 0}),
        "masks.explicit": (masks.explicit, {"may_attend": f(B, H, T, S) > 0}),
    }


def _modules() -> dict[str, Call]:
    spec = RopeSpec(head_dim=D)
    shape = {"channels": C, "heads": H, "kv_heads": G, "rope": spec}
    tables = {"cos": f(T, D // 2), "sin": f(T, D // 2)}
    x = f(B, T, C)
    block = modules.Block(**shape, feed_forward=F, norm_eps=1e-5)  # type: ignore[arg-type] # of a mapping
    return {
        "rms_norm": (modules.rms_norm, {"x": x, "weight": f(C), "eps": 1e-5}),
        "swiglu": (modules.swiglu, {"gate": f(B, T, F), "up": f(B, T, F)}),
        "RMSNorm.forward": (modules.RMSNorm(channels=C).forward, {"x": x}),
        "FeedForward.forward": (modules.FeedForward(channels=C, feed_forward=F).forward, {"x": x}),
        "Attention.forward": (modules.Attention(**shape).forward, {"x": x, **tables}),  # type: ignore[arg-type] # of a mapping
        "Block.forward": (block.forward, {"x": x, **tables}),
    }


def _models() -> dict[str, Call]:
    config = DecoderConfig(
        channels=C,
        heads=H,
        kv_heads=G,
        layers=1,
        feed_forward=F,
        vocab=V,
        context=32,
        rope=RopeSpec(head_dim=D),
        norm_eps=1e-5,
        tied_embeddings=True,
    )
    model, ids = Decoder(config), torch.arange(B * T).view(B, T) % V
    positions = torch.arange(T)
    return {
        "Decoder.forward": (model.forward, {"ids": ids, "positions": positions}),
        "Decoder.logits": (model.logits, {"x": f(B, T, C)}),
        "token_nll": (token_nll, {"model": model, "ids": ids}),
        "generate": (generate, {"model": model, "ids": ids, "max_new_tokens": 2}),
    }
