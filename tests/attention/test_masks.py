"""Masks: each rule against loops over positions."""

import itertools
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from typed_rope.attention import Mask, masks
from typed_rope.checking import ShapeError

Rule = Callable[[int, int], bool]

B, H, T, S = 3, 4, 5, 7


def table(t: int, s: int, rule: Rule) -> Tensor:
    """Lay out a rule over positions: queries end where keys end."""
    cells = [[rule(i + s - t, j) for j in range(s)] for i in range(t)]
    return torch.tensor(cells, dtype=torch.bool).view(1, 1, t, s)


RULES: dict[str, tuple[Mask, Rule]] = {
    "full": (masks.full(), lambda i, j: True),
    "causal": (masks.causal(), lambda i, j: j <= i),
    "window": (masks.window(3), lambda i, j: i - 3 < j <= i),
    "prefix": (masks.prefix(2), lambda i, j: j < 2),
    "causal and window": (masks.causal() & masks.window(2), lambda i, j: i - 2 < j <= i),
    "causal or prefix": (masks.causal() | masks.prefix(4), lambda i, j: j <= i or j < 4),
    "and binds tighter": (
        masks.causal() & masks.window(2) | masks.prefix(1),
        lambda i, j: (i - 2 < j <= i) or j < 1,
    ),
}


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize(("t", "s"), [(T, S), (S, T), (T, T), (1, S)])
def test_every_rule_is_aligned_bottom_right(name: str, t: int, s: int) -> None:
    mask, rule = RULES[name]
    assert torch.equal(mask.allowed(t, s), table(t, s, rule))


def test_padding_hides_what_is_not_real_from_every_query() -> None:
    real = torch.tensor([[False, True, True], [True, True, False]])
    allowed = masks.padding(real).allowed(T, 3)
    for row, query, key in itertools.product(range(2), range(T), range(3)):
        assert allowed[row, 0, query, key] == real[row, key]


def test_explicit_returns_the_matrix_it_was_given() -> None:
    matrix = torch.rand(B, H, T, S) < 0.5
    assert torch.equal(masks.explicit(matrix).allowed(T, S), matrix)


def test_padding_refuses_another_number_of_keys() -> None:
    mask = masks.padding(torch.ones(B, S, dtype=torch.bool))
    with pytest.raises(ShapeError) as error:
        mask.allowed(T, S + 2)
    assert str(error.value) == "masks.padding: the mask covers 7 keys, but there are 9."


def test_explicit_refuses_other_sizes() -> None:
    mask = masks.explicit(torch.ones(1, 1, T, S, dtype=torch.bool))
    with pytest.raises(ShapeError) as error:
        mask.allowed(S, T)
    assert str(error.value) == (
        "masks.explicit: the mask is for 5 queries and 7 keys, but there are 7 and 5."
    )


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: masks.window(0), "masks.window: the width must be at least 1 key, got 0."),
        (lambda: masks.prefix(-1), "masks.prefix: the length must not be negative, got -1."),
    ],
)
def test_sizes_that_mean_nothing_are_refused(build: Callable[[], Mask], message: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        build()
    assert str(error.value) == message


def test_a_float_mask_is_refused() -> None:
    with pytest.raises(ShapeError):
        masks.padding(torch.zeros(B, S))
