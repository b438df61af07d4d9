"""attend against the formula written as loops in float64, on every backend."""

import math
from collections.abc import Callable
from itertools import permutations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch._dynamo.testing import CompileCounter
from torch.testing import assert_close

from typed_rope.attention import Mask, attend, masks
from typed_rope.attention.attend import Backend
from typed_rope.checking import ShapeError

B, G, H, T, S, D, E = 3, 2, 10, 7, 11, 8, 6
BACKENDS: list[Backend] = ["auto", "sdpa", "reference"]
REAL = torch.arange(S) >= torch.tensor([[0], [4], [2]])


def drawn(g: int = G, h: int = H, t: int = T, s: int = S) -> tuple[Tensor, Tensor, Tensor]:
    return torch.randn(B, h, t, D), torch.randn(B, g, s, D), torch.randn(B, g, s, E)


def formula(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    may: Callable[[int, int, int], bool],
    scale: float | None = None,
    softcap: float | None = None,
    sinks: Tensor | None = None,
    bias: Tensor | None = None,
) -> Tensor:
    """Softmax attention one number at a time; `may(batch, query position, key)`."""
    (b, h, t, d), (g, s), e = q.shape, k.shape[1:3], v.shape[3]
    q, k, v = q.double(), k.double(), v.double()
    out = torch.zeros(b, h, t, e, dtype=torch.float64)
    for n, head, i in ((n, head, i) for n in range(b) for head in range(h) for i in range(t)):
        shared = head // (h // g)
        seen = [j for j in range(s) if may(n, i + s - t, j)]
        logits = {}
        for j in seen:
            logit = float(q[n, head, i] @ k[n, shared, j]) * (scale or 1 / math.sqrt(d))
            logit = logit if softcap is None else softcap * math.tanh(logit / softcap)
            logits[j] = logit + (
                0.0 if bias is None else float(bias.expand(b, h, t, s)[n, head, i, j])
            )
        sink = 0.0 if sinks is None else math.exp(float(sinks[head]))
        total = sum(map(math.exp, logits.values())) + sink
        for j in seen:
            out[n, head, i] += math.exp(logits[j]) / total * v[n, shared, j]
    return out


CASES: dict[str, tuple[Mask, Callable[[int, int, int], bool]]] = {
    "full": (masks.full(), lambda n, i, j: True),
    "causal": (masks.causal(), lambda n, i, j: j <= i),
    "padding": (masks.padding(REAL), lambda n, i, j: bool(REAL[n, j])),
    "both": (masks.causal() & masks.padding(REAL), lambda n, i, j: j <= i and bool(REAL[n, j])),
    "window": (masks.window(3), lambda n, i, j: i - 3 < j <= i),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("case", CASES)
def test_attend_is_the_formula(case: str, backend: Backend) -> None:
    q, k, v = drawn()
    mask, may = CASES[case]
    got = attend(q, k, v, mask=mask, backend=backend)
    assert_close(got.double(), formula(q, k, v, may), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("g", "h"), [(4, 4), (1, 6), (5, 10)])
def test_query_heads_share_keys_in_consecutive_groups(g: int, h: int, backend: Backend) -> None:
    q, k, v = drawn(g=g, h=h)
    got = attend(q, k, v, backend=backend)
    assert_close(got.double(), formula(q, k, v, lambda n, i, j: True), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("t", "s"), [(S, T), (T, T), (1, S)])
def test_causal_ends_where_the_keys_end(t: int, s: int, backend: Backend) -> None:
    q, k, v = drawn(t=t, s=s)
    got = attend(q, k, v, mask=masks.causal(), backend=backend)
    assert_close(got.double(), formula(q, k, v, lambda n, i, j: j <= i), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("shape", [(B, H, T, S), (1, H, T, S), (B, 1, T, S), (1, 1, T, T)], ids=str)
def test_bias_is_added_to_scaled_scores(shape: tuple[int, ...], backend: Backend) -> None:
    q, k, v = drawn(s=shape[3])
    bias = torch.randn(shape)
    got = attend(q, k, v, mask=masks.causal(), bias=bias, scale=0.3, backend=backend)
    want = formula(q, k, v, lambda n, i, j: j <= i, scale=0.3, bias=bias)
    assert_close(got.double(), want, rtol=1e-5, atol=1e-6)


def test_the_cap_comes_before_bias_and_sinks() -> None:
    q, k, v = drawn()
    bias, sinks = torch.randn(B, H, T, S), torch.randn(H)
    got = attend(q, k, v, mask=masks.causal(), softcap=0.7, bias=bias, sinks=sinks)
    want = formula(q, k, v, lambda n, i, j: j <= i, softcap=0.7, bias=bias, sinks=sinks)
    assert_close(got.double(), want, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("case", ["bare", "biased"])
def test_a_query_without_keys_gives_zeros_and_no_nan_gradient(case: str, backend: Backend) -> None:
    q, k, v = (x.requires_grad_() for x in drawn())
    real = REAL.clone()
    real[1] = False
    bias = torch.randn(1, H, T, S) if case == "biased" else None
    out = attend(q, k, v, mask=masks.padding(real), bias=bias, backend=backend)
    assert torch.equal(out[1], torch.zeros(H, T, E))
    assert out[0].abs().min() > 0
    grads = torch.autograd.grad(out.square().sum(), (q, k, v))
    assert all(grad.isfinite().all() for grad in grads)


def test_a_sink_far_above_all_scores_leaves_gradients_finite() -> None:
    q, k, v = (x.requires_grad_() for x in drawn())
    sinks = torch.full((H,), 200.0, requires_grad=True)
    out = attend(q, k, v, sinks=sinks)
    grads = torch.autograd.grad(out.sum(), (q, k, v, sinks))
    assert all(grad.isfinite().all() for grad in grads)


def test_a_query_with_a_sink_alone_gives_zeros() -> None:
    q, k, v = drawn()
    mask = masks.padding(torch.zeros(B, S, dtype=torch.bool))
    assert torch.equal(attend(q, k, v, mask=mask, sinks=torch.randn(H)), torch.zeros(B, H, T, E))


@pytest.mark.parametrize("backend", BACKENDS)
def test_no_keys_at_all_give_zeros(backend: Backend) -> None:
    q, k, v = drawn(s=0)
    assert torch.equal(attend(q, k, v, backend=backend), torch.zeros(B, H, T, E))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.bfloat16, 2e-2), (torch.float16, 2e-3)])
def test_half_precision_stays_close_and_stays_half(
    dtype: torch.dtype, tolerance: float, backend: Backend
) -> None:
    q, k, v = (x.to(dtype) for x in drawn())
    # In half precision, numbers around 64 are a half or a sixteenth apart.
    bias = 64 + torch.randn(1, 1, T, S)
    got = attend(q, k, v, mask=masks.causal(), bias=bias, backend=backend)
    want = formula(q, k, v, lambda n, i, j: j <= i, bias=bias)
    assert_close(got, want.to(dtype), rtol=tolerance, atol=tolerance)


@given(
    t=st.integers(1, 6),
    s=st.integers(1, 6),
    groups=st.integers(1, 3),
    width=st.integers(1, 7),
    length=st.integers(0, 7),
)
def test_backends_agree(t: int, s: int, groups: int, width: int, length: int) -> None:
    q, k, v = drawn(h=G * groups, t=t, s=s)
    mask = masks.causal() & masks.window(width) | masks.prefix(length)
    one, two = (attend(q, k, v, mask=mask, backend=name) for name in ("sdpa", "reference"))
    assert_close(one, two, rtol=1e-5, atol=1e-6)


def test_attend_is_differentiable_with_every_feature() -> None:
    shapes = [(2, 4, 3, 6), (2, 2, 5, 6), (2, 2, 5, 3), (4,), (1, 4, 3, 5)]
    inputs = [torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in shapes]

    def run(q: Tensor, k: Tensor, v: Tensor, sinks: Tensor, bias: Tensor) -> Tensor:
        return attend(q, k, v, mask=masks.causal(), softcap=2.0, sinks=sinks, bias=bias)

    assert torch.autograd.gradcheck(run, inputs, fast_mode=True)


def test_attend_compiles_to_one_graph() -> None:
    def run(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return attend(q, k, v, mask=masks.causal() & masks.window(3) | masks.prefix(2))

    inputs = drawn()
    assert_close(torch.compile(run, fullgraph=True, backend="aot_eager")(*inputs), run(*inputs))


@pytest.mark.parametrize("mask", [masks.full(), masks.causal(), masks.window(3)], ids=str)
def test_attend_is_one_graph_for_several_sizes(mask: masks.Mask) -> None:
    torch._dynamo.reset()
    counter = CompileCounter()

    def run(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return attend(q, k, v, mask=mask)

    compiled = torch.compile(run, fullgraph=True, dynamic=True, backend=counter)
    for t, s in ((5, 7), (4, 11), (6, 13)):
        q, k, v = torch.randn(2, 6, t, 8), torch.randn(2, 3, s, 8), torch.randn(2, 3, s, 9)
        assert_close(compiled(q, k, v), run(q, k, v))
    assert counter.frame_count == 1


@pytest.mark.parametrize("order", list(permutations("bgsd"))[1:], ids="".join)
def test_attend_refuses_keys_in_any_other_order(order: tuple[str, ...]) -> None:
    q, k, v = drawn()
    with pytest.raises(ShapeError):
        attend(q, k.permute(["bgsd".index(axis) for axis in order]), v)


@pytest.mark.parametrize("order", list(permutations("bhtd"))[1:], ids="".join)
def test_attend_refuses_queries_in_any_other_order(order: tuple[str, ...]) -> None:
    q, k, v = drawn()
    with pytest.raises(ShapeError):
        attend(q.permute(["bhtd".index(axis) for axis in order]), k, v)


def test_keys_and_values_of_different_lengths_are_refused() -> None:
    q, k, v = drawn()
    with pytest.raises(ShapeError):
        attend(q, k, v[:, :, :-2])
