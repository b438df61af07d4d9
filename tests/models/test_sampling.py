"""How a token is chosen, against sets and sums computed one by one."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from typed_rope.models.sampling import draw, keep_top_k, keep_top_p

B, V = 3, 11

# Distinct by construction, so that the order of tokens is beyond doubt.
rows = st.lists(
    st.permutations(range(V)).map(lambda order: [step / 2 for step in order]),
    min_size=B,
    max_size=B,
).map(torch.tensor)


def kept(logits: Tensor) -> list[set[int]]:
    return [{int(i) for i in row.isfinite().nonzero()} for row in logits]


@given(rows, st.integers(1, V + 2))
def test_top_k_keeps_the_k_likeliest(logits: Tensor, k: int) -> None:
    want = [set(sorted(range(V), key=row.tolist().__getitem__)[-k:]) for row in logits]
    got = keep_top_k(logits, k)
    assert kept(got) == want
    assert torch.equal(got[got.isfinite()], logits[got.isfinite()])


def test_top_k_breaks_ties_to_keep_exactly_k() -> None:
    assert [len(row) for row in kept(keep_top_k(torch.zeros(B, V), 4))] == [4, 4, 4]


@given(rows, st.floats(0.01, 1.0))
def test_top_p_keeps_the_fewest_that_reach_p(logits: Tensor, p: float) -> None:
    got = keep_top_p(logits, p)
    for row, tokens in zip(logits.tolist(), kept(got), strict=True):
        total = sum(map(math.exp, row))
        by_chance = sorted(range(V), key=row.__getitem__, reverse=True)
        sums = [sum(math.exp(row[i]) / total for i in by_chance[:n]) for n in range(V + 1)]
        # Sums in float32 may fall on either side of a p that they hit exactly.
        fewest = {n for n in range(1, V + 1) if sums[n - 1] < p + 1e-5 and sums[n] >= p - 1e-5}
        assert tokens in [set(by_chance[:n]) for n in fewest]
    assert torch.equal(got[got.isfinite()], logits[got.isfinite()])


def test_a_draw_follows_the_chances_left() -> None:
    """Of 6000 draws, each token's share lies within five standard deviations of its chance."""
    logits, n = torch.randn(1, V) * 2, 6000
    tokens = draw(
        logits.expand(n, V),
        temperature=0.7,
        top_k=6,
        top_p=0.9,
        generator=torch.Generator().manual_seed(3),
    )
    weights = {i: math.exp(float(logits[0, i]) / 0.7) for i in range(V)}
    best = sorted(weights, key=weights.__getitem__, reverse=True)[:6]
    total, left, reached = sum(weights[i] for i in best), [], 0.0
    for i in best:
        if reached >= 0.9:
            break
        left.append(i)
        reached += weights[i] / total
    for i in range(V):
        chance = weights[i] / sum(weights[j] for j in left) if i in left else 0.0
        share = float((tokens == i).double().mean())
        assert abs(share - chance) <= 5 * math.sqrt(chance * (1 - chance) / n)


def test_a_low_temperature_chooses_the_likeliest() -> None:
    logits = torch.randn(B, V)
    assert torch.equal(draw(logits, temperature=1e-4), logits.argmax(1))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: keep_top_k(x, 0), "keep_top_k: k must be at least 1, got 0."),
        (lambda x: keep_top_p(x, 0.0), "keep_top_p: p must be above 0 and at most 1, got 0.0."),
        (lambda x: keep_top_p(x, 1.5), "keep_top_p: p must be above 0 and at most 1, got 1.5."),
        (lambda x: draw(x, temperature=0.0), "draw: temperature must be positive, got 0.0."),
    ],
)
def test_settings_that_mean_nothing_are_refused(call: object, message: str) -> None:
    assert callable(call)
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        call(torch.zeros(B, V))
    assert str(error.value) == message
