"""Trials of the rules of layers' functions, losses and norms."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from hypothesis import strategies as st

from drawn import FLOAT32, INT64, Case, Trial, axis, dims, fixed, number, places, truth
from typed_rope.mypy.dtypes import Dtypes
from typed_rope.mypy.values import NONE, Axis, Constant, Dims, Items, Many, Tensor, Value, Whole

BOOL: Dtypes = frozenset({"bool"})
FLOATS = (FLOAT32, frozenset({"bfloat16"}), None)


def _tensor(shape: Dims, dtypes: Dtypes | None = FLOAT32) -> Tensor:
    return Tensor(shape, dtypes)


@st.composite
def shapes(draw: st.DrawFn, least: int, most: int) -> Dims:
    return draw(dims(least, most, many=False))


@st.composite
def mistaken(draw: st.DrawFn, shape: Dims) -> Dims:
    """Draw the same axes, at times in disorder or with another among them."""
    kind = draw(st.integers(0, 5))
    if kind == 0 and len(shape) > 1:
        at = draw(st.integers(0, len(shape) - 2))
        return (*shape[:at], shape[at + 1], shape[at], *shape[at + 2 :])
    if kind == 1 and shape:
        at = draw(st.integers(0, len(shape) - 1))
        return (*shape[:at], axis("s"), *shape[at + 1 :])
    return shape


def sizes(shape: Dims) -> Items:
    return Items(tuple(Whole(one.size) for one in shape if isinstance(one, Axis)))


@st.composite
def linears(draw: st.DrawFn) -> Case:
    shape = draw(shapes(2, 4))
    weight = draw(mistaken((shape[0], shape[-1])))
    x = (*shape[1:],) if draw(st.booleans()) else (Many("batch"), *shape[1:])
    arguments: list[Value] = [_tensor(x), _tensor(weight)]
    if draw(st.booleans()):
        arguments.append(_tensor(draw(mistaken(shape[:1]))))
    return Case(tuple(arguments))


def multiply(x: torch.Tensor, weight: torch.Tensor, *bias: torch.Tensor) -> torch.Tensor:
    result = x @ weight.T
    return result + bias[0].expand(weight.shape[0]) if bias else result


@st.composite
def embeddings(draw: st.DrawFn) -> Case:
    ids = draw(dims(0, 3))
    dtypes = draw(st.sampled_from([INT64, INT64, frozenset({"int32"}), FLOAT32]))
    weight = draw(shapes(2, 2)) if draw(st.integers(0, 5)) else draw(shapes(1, 3))
    return Case((Tensor(ids, dtypes), _tensor(weight, draw(st.sampled_from(FLOATS)))))


@st.composite
def attentions(draw: st.DrawFn) -> Case:
    e = draw(st.sampled_from([axis("c"), axis("d")]))
    b, h, t, s, d = map(axis, "bhtsd")
    before: Dims = draw(st.sampled_from([(b, h), (b, h), (b,), (Many("batch"),), (b, fixed(3))]))
    q, k, v = (*before, t, d), (*before, s, d), (*before, s, e)
    mask = NONE if draw(st.booleans()) else _tensor(draw(mistaken(draw(masks(before, t, s)))), BOOL)
    shaped = [_tensor(draw(mistaken(shape))) for shape in (q, k, v)]
    return Case(tuple(shaped), {"attn_mask": mask})


@st.composite
def masks(draw: st.DrawFn, before: Dims, t: Axis, s: Axis) -> Dims:
    shape: Dims = (*before, t, s)
    if any(isinstance(one, Many) for one in before):
        return (t, s)
    at = draw(st.integers(0, len(shape)))
    return tuple(fixed(1) if draw(st.integers(0, 4)) == 0 else one for one in shape[at:])


@st.composite
def grouped(draw: st.DrawFn) -> Case:
    b, t, s, d = map(axis, "btsd")
    heads, groups = draw(st.sampled_from([(fixed(6), fixed(3)), (fixed(4), fixed(2))]))
    q, k, v = (b, heads, t, d), (b, groups, s, d), (b, groups, s, axis("c"))
    shaped = [_tensor(draw(mistaken(shape))) for shape in (q, k, v)]
    return Case(tuple(shaped), {"enable_gqa": truth(True)})


def attend(
    q: torch.Tensor,
    k: torch.Tensor,
    v: torch.Tensor,
    attn_mask: torch.Tensor | None = None,
    enable_gqa: bool = False,
) -> torch.Tensor:
    """Attend by the formula, which needs all that the fused kernels do not look at."""
    if enable_gqa:
        groups = q.shape[-3] // k.shape[-3]
        k, v = k.repeat_interleave(groups, -3), v.repeat_interleave(groups, -3)
    scores = q @ k.mT
    if attn_mask is not None and scores.masked_fill(attn_mask, 0.0).shape != scores.shape:
        raise RuntimeError
    return scores @ v


@st.composite
def with_dim(draw: st.DrawFn) -> Case:
    x = draw(dims(1, 4))
    return Case((_tensor(x, draw(st.sampled_from(FLOATS))),), {"dim": number(draw(places(x)))})


@st.composite
def compared(draw: st.DrawFn) -> Case:
    x = draw(dims(2, 4))
    dim = number(draw(places(x)))
    return Case((_tensor(x), _tensor(draw(mistaken(x)))), {"dim": dim})


@st.composite
def alike(
    draw: st.DrawFn, *, reduction: bool = False, least: int = 1, broadcast: bool = False
) -> Case:
    x = draw(shapes(least, 4))
    other = draw(mistaken(x))
    if broadcast and draw(st.booleans()):
        other = other[-1:]
    named: dict[str, Value] = {}
    if reduction and draw(st.booleans()):
        named["reduction"] = Constant(draw(st.sampled_from(["none", "sum", "mean"])))
    return Case((_tensor(x), _tensor(other)), named)


@st.composite
def classified(draw: st.DrawFn, *, probabilities: bool = True) -> Case:
    x = draw(shapes(1, 4))
    at = min(1, len(x) - 1)
    target = draw(mistaken((*x[:at], *x[at + 1 :])))
    dtypes = INT64
    kind = draw(st.integers(0, 7))
    if probabilities and kind in (0, 1):
        target, dtypes = draw(mistaken(x)), FLOAT32
    elif kind == 2:
        target = draw(mistaken(x))
    named: dict[str, Value] = {}
    if draw(st.booleans()):
        named["reduction"] = Constant(draw(st.sampled_from(["none", "sum", "mean"])))
    return Case((_tensor(x), Tensor(target, dtypes)), named)


def classify(scores: torch.Tensor, target: torch.Tensor, reduction: str = "mean") -> torch.Tensor:
    """Compare with classes; the meta device does not look at their axes."""
    classes = min(1, scores.dim() - 1)
    without = (*scores.shape[:classes], *scores.shape[classes + 1 :])
    if target.dim() != scores.dim() and tuple(target.shape) != without:
        raise RuntimeError
    return F.cross_entropy(scores, target, reduction=reduction)


@st.composite
def normed(draw: st.DrawFn, *, bias: bool) -> Case:
    x = draw(shapes(1, 4))
    last = x[-draw(st.integers(1, len(x))) :]
    named: dict[str, Value] = (
        {"weight": _tensor(draw(mistaken(last)))} if draw(st.booleans()) else {}
    )
    if bias and named:
        named["bias"] = _tensor(last)
    many = (Many("batch"), *x) if draw(st.booleans()) else x
    return Case((_tensor(many), sizes(draw(mistaken(last)))), named)


@st.composite
def channelled(draw: st.DrawFn, *, groups: bool = False) -> Case:
    x = draw(shapes(3, 4))
    parameter = _tensor(draw(mistaken(x[1:2])))
    if groups:
        x = (x[0], draw(st.sampled_from([fixed(8), fixed(9), fixed(12), x[1]])), *x[2:])
        return Case((_tensor(x), number(draw(st.sampled_from([1, 2, 4])))))
    return Case((_tensor(x), parameter, _tensor(draw(mistaken(x[1:2])))))


@st.composite
def alone(draw: st.DrawFn) -> Case:
    return Case((_tensor(draw(shapes(3, 4)), draw(st.sampled_from(FLOATS))),))


def decided(cases: st.SearchStrategy[Case], form: Callable[..., object] | None = None) -> Trial:
    # A formula may have been given a name of its own: torch refuses, and the rule does not.
    return Trial(cases, definite=0.6, refused=0.7, lenient=True, form=form)


FUNCTIONAL: dict[str, Trial] = {
    "linear": decided(linears(), multiply),
    "embedding": decided(embeddings(), F.embedding),
    "scaled_dot_product_attention": decided(attentions() | grouped(), attend),
    "glu": Trial(with_dim(), 0.4, 0.0, form=F.glu, lenient=True),
    "cosine_similarity": decided(compared()),
    "pairwise_distance": decided(alike(least=2)),
    "normalize": decided(with_dim()),
    "cross_entropy": decided(classified(), classify),
    "nll_loss": decided(classified(probabilities=False), classify),
    **{
        name: decided(alike(reduction=True, broadcast=True), getattr(F, name))
        for name in ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "kl_div")
    },
    **{
        name: decided(alike(reduction=True), getattr(F, name))
        for name in ("binary_cross_entropy", "binary_cross_entropy_with_logits")
    },
    "layer_norm": decided(normed(bias=True)),
    "rms_norm": decided(normed(bias=False)),
    "group_norm": Trial(channelled(groups=True), 0.6, 0.7, lenient=True),
    "batch_norm": decided(channelled(), lambda *a: F.batch_norm(*a)),
    "instance_norm": Trial(alone(), 0.6, form=F.instance_norm, lenient=True),
    "local_response_norm": Trial(alone(), 0.6, form=lambda x: F.local_response_norm(x, 2)),
}
