"""An axis more or less: of size 1, of the size that others have, or two as one."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking.leaves import Leaf
from typed_rope.checking.reading import form_of
from typed_rope.checking.repairing.change import Change, Evidence
from typed_rope.checking.repairing.ranks import ranks
from typed_rope.checking.system import Seen, Solution, see
from typed_rope.shapes import Bindings

B, T, C, D = 2, 5, 7, 8


def seen(hint: Any, *sizes: int) -> Seen:
    value = torch.empty(sizes, device="meta")
    found = see(Leaf("x", form_of(hint, None), value, {}))
    assert found is not None
    return found


def offered(
    hint: Any, *sizes: int, common: str = "", answers: bool = False, **bound: int
) -> list[Change]:
    none: frozenset[Any] = frozenset()
    rest = Solution(Bindings(bound))
    evidence = Evidence((), rest, none, none, none, frozenset(common.split()), answers)
    return list(ranks(seen(hint, *sizes), evidence))


def told(changes: list[Change]) -> list[tuple[int, str]]:
    return [(change.cost, change.written) for change in changes]


def test_an_axis_of_size_1_may_be_missing_in_any_place() -> None:
    found = offered(Float[Tensor, "b t d"], T, D)
    assert told(found) == [(2, f"{{0}}.unsqueeze({axis})") for axis in range(3)]
    assert {change.kind for change in found} == {"axis"}


def test_of_several_missing_axes_all_come_first() -> None:
    found = offered(Float[Tensor, "b h t d"], T, D)
    assert told(found)[3:] == [(3, "{0}[None, None]")]
    both = offered(Float[Tensor, "b h t d"] | Float[Tensor, "n b h t d"], T, D)
    assert told(both)[3:] == [(3, "{0}[None, None]"), (3, "{0}[None, None, None]")]


def test_axes_of_size_1_may_be_too_many_one_or_several() -> None:
    found = [c for c in offered(Float[Tensor, "t d"], 1, T, 1, D, 1) if "squeeze(" in c.written]
    found = [change for change in found if "unsqueeze" not in change.written]
    assert told(found) == [
        (2, "{0}.squeeze(0)"),
        (2, "{0}.squeeze(2)"),
        (2, "{0}.squeeze(4)"),
        (3, "{0}.squeeze((0, 2))"),
        (3, "{0}.squeeze((0, 4))"),
        (3, "{0}.squeeze((2, 4))"),
        (3, "{0}.squeeze((0, 2, 4))"),
    ]
    assert {change.kind for change in found} == {"axis"}


def test_a_single_axis_of_size_1_is_squeezed_once() -> None:
    found = offered(Float[Tensor, "t d"], 1, T, D)
    assert told(found)[4:] == [(2, "{0}.squeeze(0)")]


def test_an_axis_of_a_size_that_others_bind_is_repeated() -> None:
    found = offered(Float[Tensor, "b t d"], T, D, b=B)[3:]
    assert told(found) == [(3, "{0}.repeat(2, 1, 1)")]
    assert [change.shaped for change in found] == ["{0}.expand(2, -1, -1)"]
    found = offered(Float[Tensor, "b t d"], B, D, t=T)[3:]
    assert told(found) == [(4, "{0}.unsqueeze(1).repeat(1, 5, 1)")]
    assert [change.shaped for change in found] == ["{0}.unsqueeze(1).expand(-1, 5, -1)"]
    assert [change.kind for change in found] == ["axis"]


def test_what_is_repeated_has_the_sizes_of_what_stands_for_it() -> None:
    x = torch.empty(T, D, device="meta")
    found = offered(Float[Tensor, "b t d"], *x.shape, b=B, t=C, d=11)[3:]
    sizes = [eval(change.of("x"), {"x": x}).shape for change in found]
    assert sizes == [(B, T, D), (T, C, D), (T, D, 11)]
    assert [eval(change.shaped.format("x"), {"x": x}).shape for change in found] == sizes


def test_nothing_is_repeated_once() -> None:
    assert len(offered(Float[Tensor, "b t d"], T, D, b=1)) == 3


def test_two_leading_axes_become_one_where_others_have_that_one() -> None:
    found = offered(Float[Tensor, "n c"], B, T, C, n=B * T)[4:]
    assert [(c.kind, c.cost, c.written) for c in found] == [("flat", 3, "{0}.flatten(0, 1)")]
    assert told(offered(Float[Tensor, "n c"], B, T, C, common="n"))[4:] == [
        (3, "{0}.flatten(0, 1)")
    ]


def test_two_leading_axes_stay_two_where_nobody_says_how_long_one_would_be() -> None:
    assert len(offered(Float[Tensor, "n c"], B, T, C)) == 4
    assert len(offered(Float[Tensor, "3 c"], B, T, C, c=C)) == 4
    assert len(offered(Float[Tensor, ""], T, t=T)) == 2


def test_a_union_is_flattened_once_and_for_the_member_of_that_rank() -> None:
    hint = Float[Tensor, "n"] | Float[Tensor, "n c"] | Float[Tensor, "n d"]
    assert told(offered(hint, B, T, C, n=B * T))[4:] == [(3, "{0}.flatten(0, 1)")]


def test_a_result_is_neither_repeated_nor_flattened() -> None:
    assert len(offered(Float[Tensor, "b t d"], T, D, b=B, answers=True)) == 3
    assert len(offered(Float[Tensor, "n c"], B, T, C, n=B * T, answers=True)) == 4


def test_what_takes_any_number_of_axes_lacks_none_and_has_none_to_flatten() -> None:
    assert len(offered(Float[Tensor, "*b t"], T, t=T, b=B)) == 2
    assert len(offered(Float[Tensor, "n *b"], B, T, C, n=B * T)) == 4


def test_a_member_of_a_union_is_repeated_though_one_before_takes_any_number() -> None:
    found = offered(Float[Tensor, "... t d"] | Float[Tensor, "b t"], T, b=B)
    assert told(found)[2:] == [(3, "{0}[None, None]"), (3, "{0}.repeat(2, 1)")]


def test_what_broadcasts_over_anything_is_offered_nothing() -> None:
    assert offered(Float[Tensor, "*#b t d"], T, D, t=T) == []
    assert len(offered(Float[Tensor, "*b #t d"], T, D, t=T)) == 3
