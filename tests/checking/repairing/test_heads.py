"""Heads that were not split, or not joined, and how much has to be said for either."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking.leaves import Leaf
from typed_rope.checking.reading import form_of
from typed_rope.checking.repairing.change import Change, Evidence
from typed_rope.checking.repairing.heads import heads
from typed_rope.checking.system import Seen, Solution, see
from typed_rope.shapes import Bindings

B, H, T, D = 2, 6, 5, 8
JOIN = ["{0}.transpose(1, 2).flatten(2)", "{0}.flatten(2)"]


def seen(hint: Any, *sizes: int) -> Seen:
    value = torch.empty(sizes, device="meta")
    found = see(Leaf("x", form_of(hint, None), value, {}))
    assert found is not None
    return found


def offered(
    hint: Any, *sizes: int, numbers: tuple[int, ...] = (), known: str = "", **bound: int
) -> list[Change]:
    none: frozenset[Any] = frozenset()
    names = frozenset([*known.split(), *bound])
    rest = Solution(Bindings(bound))
    evidence = Evidence((), rest, frozenset(numbers), names, none, none, answers=False)
    return list(heads(seen(hint, *sizes), evidence))


def written(hint: Any, *sizes: int, **said: Any) -> list[str]:
    found = offered(hint, *sizes, **said)
    assert {(change.kind, change.cost) for change in found} <= {("heads", 3)}
    return [change.written for change in found]


def test_of_four_axes_heads_may_be_joined_whether_they_come_before_tokens_or_not() -> None:
    assert written(Float[Tensor, "b t c"], B, H, T, D) == JOIN


def test_of_other_numbers_of_axes_somebody_has_to_say_how_wide_all_heads_are() -> None:
    assert written(Float[Tensor, "t c"], H, T, D) == []
    both = ["{0}.transpose(0, 1).flatten(1)", "{0}.flatten(1)"]
    assert written(Float[Tensor, "t c"], H, T, D, known="c") == both
    assert written(Float[Tensor, "t 48"], H, T, D) == both
    assert written(Float[Tensor, "t c*2"], H, T, D) == both
    assert written(Float[Tensor, "a b t c"], 3, B, H, T, D) == []
    assert written(Float[Tensor, "a b t c"], 3, B, H, T, D, known="c") == [
        "{0}.transpose(2, 3).flatten(3)",
        "{0}.flatten(3)",
    ]


def test_with_any_number_of_axes_before_it_the_width_has_to_be_said_too() -> None:
    assert written(Float[Tensor, "*b c"], B, H, T, D) == []
    assert written(Float[Tensor, "*b c"], B, H, T, D, known="c") == JOIN
    assert written(Float[Tensor, "*b t h c"], H, T, D, known="c")[:1] == [
        "{0}.transpose(0, 1).flatten(1)"
    ]


def test_heads_are_not_joined_into_a_tensor_of_another_rank() -> None:
    assert written(Float[Tensor, "t c"], B, H, T, D, known="c") == []
    assert written(Float[Tensor, "c"], T, D, known="c") == []
    assert written(Float[Tensor, ""], H, T, D) == []


def test_joining_heads_gives_the_width_of_all() -> None:
    x = torch.empty(B, H, T, D, device="meta")
    shapes = [
        eval(change.of("x"), {"x": x}).shape for change in offered(Float[Tensor, "b t c"], *x.shape)
    ]
    assert shapes == [(B, T, H * D), (B, H, T * D)]


def split(*counts: int, before: int = 0) -> list[str]:
    moved = f".transpose({before}, {before + 1})"
    texts = [f"{{0}}.unflatten(-1, ({count}, -1))" for count in counts]
    return [f"{text}{end}" for text in texts for end in (moved, "")]


def test_a_width_is_split_by_what_others_say_of_a_head() -> None:
    # 48 is 6 heads of 8 or 8 of 6: that 8 is asked for does not say which.
    assert written(Float[Tensor, "h t d"], T, H * D, d=D) == split(6, 8)
    assert written(Float[Tensor, "b h t 8"], B, T, H * D) == split(6, 8, before=1)


def test_a_size_seen_elsewhere_may_be_a_head_or_half_of_one() -> None:
    found = written(Float[Tensor, "h t d"], T, 44, numbers=(11,), known="d")
    assert found == split(4, 2, 11, 22)


def test_a_part_of_one_and_the_whole_width_are_no_heads() -> None:
    hint = Float[Tensor, "h t d"]
    assert written(hint, T, 44, numbers=(1, 44, 5), known="d") == split(22, 2)
    assert written(hint, T, 2, numbers=(1, 2), known="d") == []


def test_where_only_heads_are_known_they_are_put_where_heads_stand() -> None:
    heads_first, tokens_first = Float[Tensor, "h t d"], Float[Tensor, "t h d"]
    moved, straight = split(H, D)[::2], split(H, D)[1::2]
    numbers = {"numbers": (H,), "known": "h"}
    kept = [how for how in written(heads_first, T, H * D, **numbers) if "(6" in how or "(8" in how]
    assert kept == moved[::-1]
    kept = [how for how in written(tokens_first, T, H * D, **numbers) if "(6" in how or "(8" in how]
    assert kept == straight[::-1]


def test_nothing_is_split_where_neither_heads_nor_their_width_are_known() -> None:
    assert written(Float[Tensor, "h t d"], T, H * D, numbers=(D,), known="c") == []
    assert written(Float[Tensor, "h t d"], T, H * D, numbers=(D,)) == []


def test_only_an_annotation_with_one_axis_more_is_split_for() -> None:
    said: dict[str, Any] = {"numbers": (D,), "known": "h t d c"}
    assert written(Float[Tensor, "t d"], T, H * D, **said) == []
    assert written(Float[Tensor, "b h t d"], T, H * D, **said) == []
    assert written(Float[Tensor, "*b t d"], T, H * D, **said) == []
    assert written(Float[Tensor, "h d"], H * D, **said) == []
    assert written(Float[Tensor, ""], **said) == []


def test_an_axis_of_any_number_is_split_for_no_member_of_a_union_but_others_are() -> None:
    hint = Float[Tensor, "*b d"] | Float[Tensor, "h t d"]
    assert written(hint, T, H * D, d=D) == split(6, 8)
