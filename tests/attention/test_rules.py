"""The algebra of rules against set operations, and the shortcuts against the long way."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from typed_rope.attention import Mask, masks
from typed_rope.attention.rules import simplest
from typed_rope.checking import ShapeError

B, H, T, S = 3, 4, 5, 7


def rules() -> st.SearchStrategy[Mask]:
    leaves = st.one_of(
        st.just(masks.full()),
        st.just(masks.causal()),
        st.builds(masks.window, st.integers(1, 9)),
        st.builds(masks.prefix, st.integers(0, 9)),
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(inner, inner).map(lambda pair: pair[0] & pair[1]),
            st.tuples(inner, inner).map(lambda pair: pair[0] | pair[1]),
        ),
        max_leaves=5,
    )


@given(rules(), rules(), st.integers(1, 8), st.integers(1, 8))
def test_and_or_are_intersection_and_union(left: Mask, right: Mask, t: int, s: int) -> None:
    one, two = left.allowed(t, s), right.allowed(t, s)
    assert torch.equal((left & right).allowed(t, s), one & two)
    assert torch.equal((left | right).allowed(t, s), one | two)


@given(rules(), st.integers(1, 8), st.integers(1, 8))
def test_the_simplest_rule_allows_the_same(mask: Mask, t: int, s: int) -> None:
    assert torch.equal(simplest(mask, t, s).allowed(t, s), mask.allowed(t, s))


PADDING = masks.padding(torch.ones(B, S, dtype=torch.bool))


@pytest.mark.parametrize(
    ("mask", "want"),
    [
        (masks.full() & PADDING, PADDING),
        (PADDING & masks.full(), PADDING),
        (masks.full() | PADDING, masks.full()),
        (PADDING | masks.full(), masks.full()),
        (PADDING & PADDING, PADDING),
        (PADDING | PADDING, PADDING),
        (masks.causal() & masks.window(S), masks.causal()),
        (masks.causal() & masks.window(S - 1), masks.causal() & masks.window(S - 1)),
    ],
    ids=str,
)
def test_what_adds_nothing_falls_away(mask: Mask, want: Mask) -> None:
    assert simplest(mask, T, S) == want


def test_one_new_query_needs_no_causal_mask() -> None:
    assert simplest(masks.causal() & masks.window(S), 1, S) == masks.full()


def test_padding_and_explicit_tell_what_they_were_made_for() -> None:
    padding = masks.padding(torch.ones(B, S, dtype=torch.bool))
    explicit = masks.explicit(torch.ones(1, H, T, S, dtype=torch.bool))
    assert (padding & explicit).extent() == (B, H)
    assert (masks.causal() | masks.prefix(2)).extent() == (1, 1)


def test_two_masks_for_different_batches_do_not_join() -> None:
    two, three = (masks.padding(torch.ones(b, S, dtype=torch.bool)) for b in (2, 3))
    with pytest.raises(ShapeError):
        (two & three).allowed(T, S)


def test_only_masks_join_masks() -> None:
    with pytest.raises(ShapeError):
        masks.causal() & torch.ones(T, S, dtype=torch.bool)  # type: ignore[operator] # the point
