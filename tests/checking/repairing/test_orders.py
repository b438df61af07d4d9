"""In which orders a tensor has the sizes that the others ask for, and which is the likeliest."""

from itertools import permutations
from math import comb, factorial
from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking.leaves import Leaf
from typed_rope.checking.reading import form_of
from typed_rope.checking.repairing.change import Change, Evidence
from typed_rope.checking.repairing.orders import reorders
from typed_rope.checking.system import Seen, Solution, see
from typed_rope.shapes import Bindings

B, H, T, D = 2, 6, 5, 8


def seen(hint: Any, *sizes: int) -> Seen:
    value = torch.empty(sizes, device="meta")
    found = see(Leaf("x", form_of(hint, None), value, {}))
    assert found is not None
    return found


def offered(hint: Any, *sizes: int, **bound: int) -> list[Change]:
    none: frozenset[Any] = frozenset()
    evidence = Evidence((), Solution(Bindings(bound)), none, none, none, none, answers=False)
    return list(reorders(seen(hint, *sizes), evidence))


def told(changes: list[Change]) -> list[tuple[int, str]]:
    return [(change.cost, change.written) for change in changes]


def test_two_axes_exchanged_come_before_more_that_are_moved() -> None:
    found = offered(Float[Tensor, "b h t d"], B, T, H, D, t=T, d=D)
    assert told(found) == [(2, "{0}.transpose(1, 2)"), (3, "{0}.permute(2, 0, 1, 3)")]
    assert [change.order for change in found] == [(0, 2, 1, 3), (2, 0, 1, 3)]
    assert {change.kind for change in found} == {"order"}


def test_one_axis_moved_past_others_costs_what_an_exchange_of_both_ends_does() -> None:
    assert told(offered(Float[Tensor, "b i y x"], B, T, H, D, i=D)) == [
        (2, "{0}.permute(0, 3, 1, 2)"),
        (2, "{0}.transpose(1, 3)"),
        (3, "{0}.permute(1, 3, 2, 0)"),
        (4, "{0}.permute(1, 3, 0, 2)"),
        (4, "{0}.permute(2, 3, 0, 1)"),
        (4, "{0}.permute(2, 3, 1, 0)"),
    ]


def test_an_axis_may_be_moved_towards_the_end_as_well() -> None:
    found = offered(Float[Tensor, "b y x i"], B, D, H, T, i=D)
    assert told(found)[:2] == [(2, "{0}.permute(0, 2, 3, 1)"), (2, "{0}.transpose(1, 3)")]


def test_neighbours_that_may_be_exchanged_leave_no_move_likely() -> None:
    found = offered(Float[Tensor, "b h t d"], B, H, D, T, d=D)
    assert told(found)[0] == (2, "{0}.transpose(2, 3)")
    assert all(change.cost == sum(a != i for i, a in enumerate(change.order)) for change in found)


@pytest.mark.parametrize("order", list(permutations(range(3)))[1:])
def test_any_order_of_sizes_that_all_are_bound_has_one_way_back(order: tuple[int, ...]) -> None:
    right = torch.empty(T, H, D, device="meta")
    wrong = right.permute(order)
    (change,) = offered(Float[Tensor, "t h d"], *wrong.shape, t=T, h=H, d=D)
    assert eval(change.written.format("wrong"), {"wrong": wrong}).shape == right.shape


def test_of_a_union_only_members_of_its_rank_are_looked_at() -> None:
    hint = Float[Tensor, "t d"] | Float[Tensor, "b t d"]
    assert told(offered(hint, D, T, t=T, d=D)) == [(2, "{0}.transpose(0, 1)")]
    either = Float[Tensor, "t d"] | Float[Tensor, "d e"]
    assert told(offered(either, H, D, d=D)) == [(2, "{0}.transpose(0, 1)")]


def test_of_many_axes_only_two_are_exchanged() -> None:
    free = " ".join("abcdefg")
    assert len(offered(Float[Tensor, free[:11]], *range(2, 8))) == factorial(6) - 1
    found = offered(Float[Tensor, free], *range(2, 9))
    assert len(found) == comb(7, 2)
    assert told(found)[:2] == [(2, "{0}.transpose(0, 1)"), (2, "{0}.transpose(0, 2)")]
