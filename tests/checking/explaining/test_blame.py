"""Who is to blame where no change is known that would help."""

from typing import Any

import numpy as np
import pytest
import torch
from jaxtyping import Float, Int
from torch import Tensor

from typed_rope.checking.explaining.blame import Verdict, axes_of, blamed, first_dispute
from typed_rope.checking.leaves import Leaf
from typed_rope.checking.reading import form_of
from typed_rope.checking.system import Seen, see

B, T, D = 2, 5, 8


def leaf(path: str, hint: Any, *sizes: int, dtype: torch.dtype = torch.float32) -> Leaf:
    value = torch.empty(sizes, dtype=dtype, device="meta")
    return Leaf(path, form_of(hint, None), value, {})


def tensors(*leaves: Leaf) -> list[Seen]:
    return [seen for one in leaves if (seen := see(one)) is not None]


def verdict(*leaves: Leaf, answers: bool = False) -> Verdict:
    return blamed(leaves, tensors(*leaves), answers=answers)


def told(*leaves: Leaf, answers: bool = False) -> tuple[list[str], list[str]]:
    found = verdict(*leaves, answers=answers)
    return list(found.clauses), list(found.culprits)


BT = Float[Tensor, "b t"]
X, Y, Z = (leaf(name, BT, B, T) for name in "xyz")


def other(path: str, *sizes: int) -> Leaf:
    return leaf(path, BT, *sizes)


def test_values_of_a_wrong_type_come_first_and_two_of_them_are_told() -> None:
    wrong = [Leaf(name, form_of(BT, None), None, {}) for name in "abc"]
    assert told(other("x", B, 7), Y, *wrong) == (
        ["a is None, not a Tensor", "b is None, not a Tensor"],
        ["a", "b", "c"],
    )


def test_of_a_result_no_argument_is_to_blame() -> None:
    wrong = Leaf("x", form_of(BT, None), None, {})
    nothing = Leaf("return", form_of(BT, None), None, {})
    assert told(wrong, nothing, answers=True) == (["the result is None, not a Tensor"], ["return"])


def test_an_array_that_only_the_judge_knows_is_to_blame_if_tensors_are_not() -> None:
    arrays = [Leaf(name, form_of(Float[np.ndarray, " t"], None), 3, {}) for name in "ab"]
    assert told(X, *arrays) == (["a or b does not fit its annotation"], ["a", "b"])
    assert told(X, arrays[0]) == (["a does not fit its annotation"], ["a"])
    assert told(X, Leaf("n", form_of(int, None), 3, {}), arrays[1])[1] == ["b"]


def test_where_nothing_is_left_to_blame_all_are() -> None:
    assert told(X, Y) == (["the arguments do not fit their annotations together"], [])
    assert told(X, other("return", B, T), answers=True) == (
        ["the result does not fit its annotation"],
        ["return"],
    )


def test_whoever_all_others_agree_without_is_to_blame() -> None:
    assert told(other("x", B, 7), Y, Z) == (["x has t = 7, where y has t = 5"], ["x"])
    assert told(X, Y, other("z", B, 7)) == (["z has t = 7, where x has t = 5"], ["z"])


def test_of_two_that_disagree_both_are_to_blame() -> None:
    found = verdict(X, other("y", B, 7))
    assert (found.clauses, found.culprits) == (("y has t = 7, where x has t = 5",), ("y", "x"))
    assert found.disputed == {"t"}
    assert found.bindings == {"b": B, "t": T}
    assert not found.of_call


def test_two_that_the_others_agree_without_are_to_blame_together() -> None:
    c = leaf("c", Float[Tensor, " c"], 11)
    pair = [other("p", 3, T), other("q", B, 7)]
    assert told(X, Y, c, *pair) == (
        ["p has b = 3, where x has b = 2", "q has t = 7, where x has t = 5"],
        ["p", "q"],
    )


def test_two_wrong_ones_are_to_blame_though_they_come_first() -> None:
    assert told(other("p", 3, T), other("q", B, 7), X, Y, Z) == (
        ["p has b = 3, where x has b = 2", "q has t = 7, where x has t = 5"],
        ["p", "q"],
    )


def test_what_several_have_alike_is_said_once() -> None:
    assert told(X, Y, Z, other("p", B, 7), other("q", B, 7)) == (
        ["p and q have t = 7, where x has t = 5"],
        ["p", "q"],
    )


def test_three_that_disagree_are_told_in_order_and_the_first_two_in_words() -> None:
    wrong = [other(name, B, size) for name, size in (("p", 7), ("q", 9), ("r", 11))]
    agreeing = [other(name, B, T) for name in "abcd"]
    clauses, culprits = told(*agreeing, *wrong)
    assert clauses == ["p has t = 7, where a has t = 5", "q has t = 9, where a has t = 5"]
    assert culprits == ["p", "q", "r"]


def test_of_a_result_that_disagrees_the_arguments_are_not_to_blame() -> None:
    found = verdict(X, other("return", B, 7), answers=True)
    assert found.clauses == ("the result has t = 7, where x has t = 5",)
    assert found.culprits == ("return",)
    assert not found.of_call


def test_of_an_uneven_size_its_owner_is_to_blame() -> None:
    x = leaf("x", Float[Tensor, "t d"], T, 11)
    cos, sin = (leaf(name, Float[Tensor, "t d/2"], T, 5) for name in ("cos", "sin"))
    found = verdict(x, cos, sin)
    assert found.clauses == ("x has an odd d = 11, where cos needs d/2",)
    assert found.culprits[0] == "x"
    assert found.of_call


def test_a_result_that_no_size_could_have_is_the_calls_to_answer_for() -> None:
    x = leaf("x", Float[Tensor, "t d"], T, 11)
    found = verdict(x, leaf("return", Float[Tensor, "t d/2"], T, 5), answers=True)
    assert found.clauses == ("x has an odd d = 11, where the result needs d/2",)
    assert (found.culprits, found.of_call) == (("x",), True)
    own = Float[Tensor, "d d/2"]
    alone = verdict(leaf("return", own, 11, 5), answers=True)
    assert alone.clauses == ("the result has 5 where d/2 is 5.5",)
    assert (alone.culprits, alone.of_call) == (("return",), False)


def test_a_name_that_only_an_expression_of_others_contradicts_is_theirs_to_repair() -> None:
    x = leaf("x", Float[Tensor, "t d"], T, D)
    cos = leaf("cos", Float[Tensor, "t d/2"], T, 3)
    assert told(x, cos) == (["cos has 3 where d/2 is 4 (d = 8 of x)"], ["cos", "x"])
    wide = [leaf(name, Float[Tensor, "t d*2"], T, 3) for name in ("y", "z")]
    assert told(x, *wide) == (["y has 3 where d*2 is 16 (d = 8 of x)"], ["y", "z"])
    sin = leaf("sin", Float[Tensor, "t d/2"], T, 3)
    assert told(x, cos, sin) == (["cos has 3 where d/2 is 4 (d = 8 of x)"], ["cos", "sin"])


def test_a_wrong_dtype_is_told_with_a_wrong_number_of_axes() -> None:
    ids = Int[Tensor, "b t"]
    assert told(X, leaf("ids", ids, B, T)) == (["ids is float32, which is not Int"], ["ids"])
    assert told(X, leaf("ids", ids, B)) == (
        ['ids is float32, which is not Int, and has 1 axis, where "b t" has 2'],
        ["ids"],
    )


def test_without_an_axis_in_dispute_all_axes_of_the_culprits_are_shown() -> None:
    found = verdict(X, leaf("y", Float[Tensor, "b c d/2"], B))
    assert found.clauses == ('y has 1 axis, where "b c d/2" has 3',)
    assert found.disputed == {"b", "c", "d", "d/2"}


@pytest.mark.parametrize("count", [12, 13, 20])
def test_of_many_tensors_one_is_found(count: int) -> None:
    agreeing = [other(f"parts[{place}]", 2 + place, T) for place in range(count - 1)]
    agreeing = [
        leaf(one.path, Float[Tensor, f"b{i} t"], 2 + i, T) for i, one in enumerate(agreeing)
    ]
    wrong = leaf("last", Float[Tensor, "c t"], 30, 7)
    assert told(*agreeing, wrong)[1] == ["last"]


def test_the_first_dispute_is_between_the_first_that_disagree() -> None:
    assert first_dispute(tensors(X, other("y", B, 7), other("z", 3, T))) == {"t"}
    assert first_dispute(tensors(X, other("y", 3, T), other("z", B, 7))) == {"b"}
    assert first_dispute(tensors(X, Y)) == set()


def test_axes_are_those_of_the_tensors_that_are_asked_for() -> None:
    y = leaf("y", Float[Tensor, "c d/2"], 3, 4)
    assert axes_of(tensors(X, y), ["y"]) == {"c", "d", "d/2"}
    assert axes_of(tensors(X, y), ["x", "y"]) == {"b", "t", "c", "d", "d/2"}
    assert axes_of(tensors(X, y), []) == set()
