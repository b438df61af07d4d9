"""What is offered of one tensor is what fits, while there is time, and at a price of interest."""

import time
from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking.leaves import Leaf
from typed_rope.checking.reading import form_of
from typed_rope.checking.repairing.budget import Budget
from typed_rope.checking.repairing.change import Evidence
from typed_rope.checking.repairing.changes import changes
from typed_rope.checking.system import Seen, Solution, see, solve

T, D = 5, 8
FOREVER = 1e9


def seen(path: str, hint: Any, *sizes: int) -> Seen:
    value = torch.empty(sizes, device="meta")
    found = see(Leaf(path, form_of(hint, None), value, {}))
    assert found is not None
    return found


def evidence(*others: Seen, twins: str = "") -> Evidence:
    rest = solve(others)
    assert isinstance(rest, Solution)
    none: frozenset[Any] = frozenset()
    known = frozenset(rest.bindings.singles)
    return Evidence(others, rest, none, known, frozenset(twins.split()), none, answers=False)


def offered(
    one: Seen, said: Evidence, *, seconds: float = FOREVER, most: float = FOREVER
) -> list[tuple[str, int, str]]:
    found = changes(one, said, Budget(seconds), lambda: most)
    return [(change.kind, change.cost, change.written) for change in found]


X = seen("x", Float[Tensor, "t d"], T, D)
TABLE = Float[Tensor, "t d/2"]


def test_only_what_agrees_with_the_others_is_offered() -> None:
    assert offered(seen("y", Float[Tensor, "t d"], D, T), evidence(X)) == [
        ("order", 2, "{0}.transpose(0, 1)")
    ]
    assert offered(seen("y", Float[Tensor, "t d"], 7, T), evidence(X)) == []


def test_what_changes_nothing_is_not_offered() -> None:
    right = seen("y", Float[Tensor, "t d"], T, D)
    assert offered(right, evidence(X)) == []
    square = seen("y", Float[Tensor, "d d"], D, D)
    assert offered(square, evidence(X)) == []


def test_what_costs_more_than_is_of_interest_is_not_offered() -> None:
    missing = seen("y", Float[Tensor, "b t d"], T, D)
    batch = evidence(seen("x", Float[Tensor, "b t d"], 3, T, D))
    assert offered(missing, batch) == [("axis", 3, "{0}.repeat(3, 1, 1)")]
    assert offered(missing, batch, most=3) != []
    assert offered(missing, batch, most=2) == []


def test_nothing_is_offered_once_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    turned = seen("y", Float[Tensor, "t d"], D, T)
    clock = iter(range(100))
    monkeypatch.setattr(time, "thread_time", lambda: next(clock) / 1024)
    assert offered(turned, evidence(X), seconds=1 / 1024) != []
    assert offered(turned, evidence(X), seconds=0) == []


def test_a_table_that_holds_every_angle_twice_is_halved() -> None:
    assert offered(seen("cos", TABLE, T, D), evidence(X)) == [("width", 2, "{0}[..., :4]")]
    assert offered(seen("cos", Float[Tensor, "t 4"], T, D), evidence(X)) == []
    batched = seen("cos", Float[Tensor, "b t d/2"], 3, T, D)
    others = evidence(seen("x", Float[Tensor, "b t d"], 3, T, D))
    assert offered(batched, others) == [("width", 2, "{0}[..., :4]")]
    odd = evidence(seen("x", Float[Tensor, "t d"], T, 14))
    assert offered(seen("cos", TABLE, T, 15), odd) == []


def test_any_member_of_a_union_may_ask_for_half() -> None:
    either = Float[Tensor, "b t d/2"] | TABLE | Float[Tensor, " t"] | Float[Tensor, ""]
    found = offered(seen("cos", either, T, D), evidence(X))
    assert ("width", 2, "{0}[..., :4]") in found


TWICE = "torch.cat([{0}, {0}], dim=-1)"


def test_tables_that_come_in_pairs_are_doubled() -> None:
    cos = seen("cos", Float[Tensor, "t d"], T, D // 2)
    assert offered(cos, evidence(X, twins="sin")) == [("width", 2, TWICE)]
    assert offered(cos, evidence(X)) == []


def test_a_table_is_not_doubled_because_its_twin_is_wider() -> None:
    cos, sin = (seen(name, Float[Tensor, "t d"], T, n) for name, n in (("cos", 4), ("sin", D)))
    assert offered(cos, evidence(sin, twins="sin")) == []


def test_a_table_is_not_doubled_to_a_width_that_nobody_names() -> None:
    cos = seen("cos", Float[Tensor, "t e"], T, D // 2)
    assert offered(cos, evidence(X, twins="sin")) == []
    fixed = seen("cos", Float[Tensor, "t 8"], T, D // 2)
    assert offered(fixed, evidence(X, twins="sin")) == []


def test_a_table_without_width_or_axes_is_left_alone() -> None:
    wide = evidence(seen("x", Float[Tensor, "t d"], T, 0), twins="sin")
    assert offered(seen("cos", TABLE, 7, 0), wide) == []
    single = seen("cos", Float[Tensor, " d"])
    assert [kind for kind, *_ in offered(single, evidence(X, twins="sin"))] == ["axis"]


def test_what_doubles_a_table_has_the_sizes_of_what_stands_for_it() -> None:
    cos = torch.rand(3, T, 4)
    batched = Float[Tensor, "b t d"]
    others = evidence(seen("x", batched, 3, T, D), twins="sin")
    one = seen("cos", batched, *cos.shape)
    (change,) = changes(one, others, Budget(FOREVER), lambda: 2)
    names = {"torch": torch, "cos": cos}
    sizes = [eval(how.format("cos"), names).shape for how in (change.written, change.shaped)]
    assert sizes == [(3, T, D)] * 2
