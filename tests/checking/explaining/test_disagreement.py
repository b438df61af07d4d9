"""What is said of a tensor that disagrees with what the others bind."""

from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking.explaining.disagreement import failure_clause, uneven_division
from typed_rope.checking.leaves import Leaf
from typed_rope.checking.reading import form_of
from typed_rope.checking.system import Failure, Seen, see, solve

GIVEN = {"heads": 3, "n": 4.0}


def seen(path: str, hint: Any, *sizes: int) -> Seen:
    value = torch.empty(sizes, device="meta")
    found = see(Leaf(path, form_of(hint, None), value, GIVEN))
    assert found is not None
    return found


def failure(*tensors: Seen) -> Failure:
    outcome = solve(tensors)
    assert isinstance(outcome, Failure)
    return outcome


SIZES = {"x": (5, 8), "y": (2, 3)}
X = seen("x", Float[Tensor, "t d"], 5, 8)


@pytest.mark.parametrize(
    ("hint", "sizes", "text", "disputed"),
    [
        ("d", (5,), "y has d = 5, where x has d = 8", "d"),
        ("#d", (5,), "y has d = 5, where x has d = 8 (#d allows 1, too)", "d"),
        ("n n", (5, 7), "y has n = 7, where n is also 5", "n"),
        ("t d c", (5, 8), 'y has 2 axes, where "t d c" has 3', ""),
        ("d/2", (5,), "y has 5 where d/2 is 4 (d = 8 of x)", "d d/2"),
        ("r=d/2", (5,), "y has 5 where r is 4 (d = 8 of x)", "d r"),
        ("t*d", (5,), "y has 5 where t*d is 40 (d = 8 of x, t = 5 of x)", "d t t*d"),
        ("t/2", (5,), "x has an odd t = 5, where y needs t/2", "t t/2"),
        ("d/16", (5,), "x has d = 8, where y needs d/16", "d d/16"),
        ("t/d", (5,), "y has 5 where t/d is 0.625 (d = 8 of x, t = 5 of x)", "d t t/d"),
        ("2.5*1", (5,), "y has 5 where 2.5*1 is 2.5", "2.5*1"),
        ("3", (5,), "y has 5 at axis 0, where its annotation says 3", "3"),
        ("a rgb=3", (2, 5), "y has rgb = 5, where its annotation says 3", "rgb"),
        ("a 3 b", (2, 5, 7), "y has 5 at axis 1, where its annotation says 3", "3"),
        ("*a 3 b", (2, 5, 7), "y has 5 at axis -2, where its annotation says 3", "3"),
        ("4 *a b", (2, 5, 7), "y has 2 at axis 0, where its annotation says 4", "4"),
        ("{heads}", (5,), "y has {heads} = 5, where {heads} is 3", "{heads}"),
        ("h={heads}", (5,), "y has h = 5, where {heads} is 3", "h"),
        ("{heads}*2", (5,), "y has {heads}*2 = 5, where {heads}*2 is 6", "{heads}*2"),
        ("{n}*2", (5,), "y has {n}*2 = 5, where {n}*2 is 8", "{n}*2"),
        ("{heads}*d", (5,), "y has 5 where 3*d is 24 (d = 8 of x)", "3*d d"),
    ],
)
def test_one_tensor_disagrees_with_those_before_it(
    hint: str, sizes: tuple[int, ...], text: str, disputed: str
) -> None:
    found = failure(X, seen("y", Float[Tensor, hint], *sizes))
    assert failure_clause(found) == (text, set(disputed.split()))


@pytest.mark.parametrize(("hint", "more"), [("*b", ""), ("*#b", ", and they do not broadcast")])
def test_any_number_of_axes_disagrees_as_a_whole(hint: str, more: str) -> None:
    x, y = (seen(name, Float[Tensor, hint], *sizes) for name, sizes in SIZES.items())
    text = f"y has (2, 3) for {hint}, where x has (5, 8){more}"
    assert failure_clause(failure(x, y)) == (text, {hint})


def test_the_result_is_named_in_words() -> None:
    assert failure_clause(failure(X, seen("return", Float[Tensor, " d"], 5))) == (
        "the result has d = 5, where x has d = 8",
        {"d"},
    )
    odd = failure(seen("return", Float[Tensor, " d"], 5), seen("y", Float[Tensor, " d/2"], 3))
    assert failure_clause(odd)[0] == "the result has an odd d = 5, where y needs d/2"
    same = failure(seen("return[0]", Float[Tensor, "d d"], 5, 7))
    assert failure_clause(same)[0] == "result[0] has d = 7, where d is also 5"
    divided = failure(X, seen("return[1]", Float[Tensor, " d/2"], 5))
    assert failure_clause(divided)[0] == "result[1] has 5 where d/2 is 4 (d = 8 of x)"
    bare = failure(X, seen("return", Float[Tensor, " t/2"], 5))
    assert failure_clause(bare)[0] == "x has an odd t = 5, where the result needs t/2"
    braces = failure(seen("return", Float[Tensor, " {heads}"], 5))
    assert failure_clause(braces)[0] == "the result has {heads} = 5, where {heads} is 3"
    fixed = failure(seen("return", Float[Tensor, " 3"], 5))
    assert failure_clause(fixed)[0] == "the result has 5 at axis 0, where its annotation says 3"
    gathered = failure(seen("return", Float[Tensor, " *b"], 5), seen("y", Float[Tensor, " *b"], 7))
    assert failure_clause(gathered)[0] == "y has (7,) for *b, where the result has (5,)"


def test_an_axis_that_python_cannot_compute_says_why() -> None:
    text, disputed = failure_clause(failure(X, seen("y", Float[Tensor, " d/(t-5)"], 7)))
    assert text.startswith("d/(t-5) of y cannot be evaluated (")
    assert "division by zero" in text
    assert disputed == {"d", "t", "d/(t-5)"}


def test_a_union_is_told_by_the_member_that_was_meant() -> None:
    hint = Float[Tensor, "a t d"] | Float[Tensor, "t {heads}"]
    assert failure_clause(failure(X, seen("y", hint, 5, 7))) == (
        "y has {heads} = 7, where {heads} is 3",
        {"{heads}"},
    )


@pytest.mark.parametrize(
    ("hint", "sizes", "division"),
    [
        ("t/2", (3,), ("t/2", "t")),
        ("d*(t/2)", (3,), ("t/2", "t")),
        ("d/16*t", (3,), ("d/16", "d")),
        ("t/d", (3,), None),
        ("d/2", (3,), None),
        ("t", (3,), None),
        ("t d c", (3,), None),
        ("*t d/2", (3,), None),
    ],
)
def test_a_division_of_one_axis_may_leave_a_rest(
    hint: str, sizes: tuple[int, ...], division: tuple[str, str] | None
) -> None:
    assert uneven_division(failure(X, seen("y", Float[Tensor, hint], *sizes))) == division
