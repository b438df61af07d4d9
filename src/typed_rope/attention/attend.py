"""Attention: one function over several backends, and the table of what each of them does."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from jaxtyping import Float
from torch import Tensor

from typed_rope.attention import masks
from typed_rope.attention.reference import attend_reference
from typed_rope.attention.rules import Mask
from typed_rope.attention.sdpa import attend_sdpa
from typed_rope.checking import ShapeError, typed

Backend = Literal["auto", "sdpa", "reference"]

# Fastest first: "auto" takes the first that has every feature of the call.
BACKENDS: Final[Mapping[Backend, frozenset[str]]] = MappingProxyType(
    {
        "sdpa": frozenset({"mask", "scale", "bias"}),
        "reference": frozenset({"mask", "scale", "bias", "softcap", "sinks"}),
    }
)

_FULL: Final = masks.full()
_HEADS_FIRST: Final = {name: f"{name}.transpose(1, 2)" for name in "qkv"}


@typed
def attend(
    q: Float[Tensor, "b h t d"],
    k: Float[Tensor, "b g s d"],
    v: Float[Tensor, "b g s e"],
    *,
    mask: Mask = _FULL,
    scale: float | None = None,
    softcap: float | None = None,
    sinks: Float[Tensor, " h"] | None = None,
    bias: Float[Tensor, "#b #h t s"] | None = None,
    backend: Backend = "auto",
) -> Float[Tensor, "b h t e"]:
    """Let every query mix the values of the keys that it may attend to.

    Query heads share key/value heads in consecutive groups of h / g.

    Convention: scores are scaled (by default by 1/√d), soft-capped, biased, then masked; a sink is
        a logit that takes weight and gives no value. A query with no key to attend to gives zeros.
    Dtype: that of `q`, `k` and `v`; the reference backend computes in float32 or wider.
    Raises: ShapeError if h is not a multiple of g or d is 0, if the mask is for other sizes or if
        the dtypes differ; ValueError if the backend named lacks a feature, or scale or soft-cap
        mean nothing.
    Source: Vaswani et al. 2017 (arXiv 1706.03762), 3.2.1; grouped heads: arXiv 2305.13245.
    """
    _refuse_unlike_heads_or_dtypes(q, k, v)
    _refuse_foreign_mask(q, mask)
    _refuse_numbers(scale, softcap)
    optional = {"softcap": softcap, "sinks": sinks, "bias": bias}
    chosen = _choose(backend, [name for name, value in optional.items() if value is not None])
    scale = q.shape[3] ** -0.5 if scale is None else scale
    if chosen == "sdpa":
        return attend_sdpa(q, k, v, mask=mask, scale=scale, bias=bias)
    return attend_reference(
        q, k, v, mask=mask, scale=scale, softcap=softcap, sinks=sinks, bias=bias
    )


@typed
def _refuse_unlike_heads_or_dtypes(
    q: Float[Tensor, "b h t d"], k: Float[Tensor, "b g s d"], v: Float[Tensor, "b g s e"]
) -> None:
    h, g = q.shape[1], k.shape[1]
    if q.shape[3] == 0:
        reason = "q and k have no channels to compare (d = 0)."
        raise ShapeError.from_body("attend", "q", reason, d=0)
    if g == 0 or h % g:
        reason = f"the {h} heads of q are no multiple of the {g} heads of k and v."
        t, s = q.shape[2], k.shape[2]
        tokens_first = s > 1 and t % s == 0
        if tokens_first:
            reason += (
                f" With heads before tokens they would be: {', '.join(_HEADS_FIRST.values())}."
            )
        error = ShapeError.from_body("attend", "q", reason, h=h, g=g)
        error.fix = _HEADS_FIRST if tokens_first else {}
        raise error
    if not q.dtype == k.dtype == v.dtype:
        reason = f"q, k and v must share a dtype, got {q.dtype}, {k.dtype} and {v.dtype}."
        odd = "q" if k.dtype == v.dtype else "v" if q.dtype == k.dtype else "k"
        raise ShapeError.from_body("attend", odd, reason)


@typed
def _refuse_numbers(scale: float | None, softcap: float | None) -> None:
    if scale is not None and not math.isfinite(scale):
        raise ValueError(f"attend: scale must be finite, got {scale}; None means 1/√d.")
    if softcap is not None and not 0 < softcap < math.inf:
        raise ValueError(
            f"attend: softcap must be positive and finite, got {softcap}; None means no cap."
        )


@typed
def _refuse_foreign_mask(q: Float[Tensor, "b h t d"], mask: Mask) -> None:
    for axis, wanted, covered in zip("bh", q.shape[:2], mask.extent(), strict=True):
        if covered not in (1, wanted):
            reason = f"the mask is for {axis} = {covered}, but q has {axis} = {wanted}."
            raise ShapeError.from_body("attend", "mask", reason)


@typed
def _choose(backend: Backend, features: list[str]) -> Backend:
    """Name the backend to run, or say what the one asked for lacks and which one has it."""
    if backend == "auto":
        return next(name for name, has in BACKENDS.items() if has.issuperset(features))
    missing = [feature for feature in features if feature not in BACKENDS[backend]]
    if missing:
        able = [f'"{name}"' for name, has in BACKENDS.items() if has.issuperset(features)]
        raise ValueError(
            f'attend: backend "{backend}" has no {" and no ".join(missing)}; '
            f'use {" or ".join(able)}, or "auto", which chooses.'
        )
    return backend


__all__ = ["BACKENDS", "Backend", "attend"]
