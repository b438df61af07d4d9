"""Who is blamed, and for what: all tensors of a call are weighed together."""

from collections.abc import Callable
from textwrap import dedent

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, typed

B, H, G, T, S, D, E = 2, 6, 3, 5, 7, 8, 9


@typed
def rotate(
    x: Float[Tensor, "b h t d"],
    cos: Float[Tensor, "t d/2"] | Float[Tensor, "b t d/2"],
    sin: Float[Tensor, "t d/2"] | Float[Tensor, "b t d/2"],
) -> Float[Tensor, "b h t d"]:
    return x


@typed
def attend(
    q: Float[Tensor, "b h t d"],
    k: Float[Tensor, "b g s d"],
    v: Float[Tensor, "b g s e"],
    *,
    scale: float | None = None,
) -> Float[Tensor, "b h t e"]:
    return q.new_zeros(*q.shape[:3], v.shape[-1])


@typed
def split(x: Float[Tensor, "b t c"], heads: int) -> Float[Tensor, "b h={heads} t d=c/{heads}"]:
    b, t, c = x.shape
    return x.view(b, t, heads, c // heads)  # the transpose is forgotten


@typed
def shift(x: Float[Tensor, "b t+1"], y: Float[Tensor, "b t"]) -> None:
    return None


def f(*sizes: int) -> Tensor:
    return torch.zeros(*sizes)


x, table = f(B, H, T, D), f(T, D // 2)
q, k, v = f(B, H, T, D), f(B, G, S, D), f(B, G, S, E)

CASES: dict[str, tuple[Callable[[], object], str]] = {
    "two axes exchanged": (
        lambda: rotate(x.transpose(1, 2), table, table),
        """
        rotate: x fits its annotation with h and t exchanged.
        > x:   Float[Tensor, "b h t d"]   float32 (2, 5, 6, 8)   h = 5, t = 6
          cos: Float[Tensor, "t d/2"]     float32 (5, 4)         t = 5
          sin: Float[Tensor, "t d/2"]     float32 (5, 4)         t = 5
        Write: rotate(x.transpose(1, 2), cos, sin)
        """,
    ),
    "three axes moved": (
        lambda: attend(q, k.permute(1, 2, 0, 3), v),
        """
        attend: k fits its annotation with its axes read as (g, s, b, d).
          q: Float[Tensor, "b h t d"]   float32 (2, 6, 5, 8)   b = 2
        > k: Float[Tensor, "b g s d"]   float32 (3, 7, 2, 8)   b = 3, g = 7, s = 2
          v: Float[Tensor, "b g s e"]   float32 (2, 3, 7, 9)   b = 2, g = 3, s = 7
        Write: attend(q, k.permute(2, 0, 1, 3), v)
        """,
    ),
    "one table too long": (
        lambda: rotate(x, f(S, D // 2), table),
        """
        rotate: cos has t = 7, where x has t = 5.
          x:   Float[Tensor, "b h t d"]   float32 (2, 6, 5, 8)   t = 5
        > cos: Float[Tensor, "t d/2"]     float32 (7, 4)         t = 7
          sin: Float[Tensor, "t d/2"]     float32 (5, 4)         t = 5
        """,
    ),
    "the earlier argument is the odd one out": (
        lambda: rotate(f(B, H, S, D), table, table),
        """
        rotate: x has t = 7, where cos has t = 5.
        > x:   Float[Tensor, "b h t d"]   float32 (2, 6, 7, 8)   t = 7
          cos: Float[Tensor, "t d/2"]     float32 (5, 4)         t = 5
          sin: Float[Tensor, "t d/2"]     float32 (5, 4)         t = 5
        """,
    ),
    "tables of full width": (
        lambda: rotate(x, f(T, D), f(T, D)),
        """
        rotate: cos has 8 where d/2 is 4 (d = 8 of x).
          x:   Float[Tensor, "b h t d"]   float32 (2, 6, 5, 8)   d = 8
        > cos: Float[Tensor, "t d/2"]     float32 (5, 8)         d/2 = 8
        > sin: Float[Tensor, "t d/2"]     float32 (5, 8)         d/2 = 8
        """,
    ),
    "an odd size to halve": (
        lambda: rotate(f(B, H, T, 11), f(T, 4), f(T, 4)),
        """
        rotate: d/2 of cos is no whole number (d = 11 of x).
        > x:   Float[Tensor, "b h t d"]   float32 (2, 6, 5, 11)   d = 11
          cos: Float[Tensor, "t d/2"]     float32 (5, 4)          d/2 = 4
          sin: Float[Tensor, "t d/2"]     float32 (5, 4)          d/2 = 4
        """,
    ),
    "wrong rank, no way out": (
        lambda: rotate(f(T, D), table, table),
        """
        rotate: x has 2 axes, where "b h t d" has 4.
        > x:   Float[Tensor, "b h t d"]   float32 (5, 8)
          cos: Float[Tensor, "t d/2"]     float32 (5, 4)   t = 5, d/2 = 4
          sin: Float[Tensor, "t d/2"]     float32 (5, 4)   t = 5, d/2 = 4
        """,
    ),
    "two arguments exchanged": (
        lambda: attend(q, v, k),
        """
        attend: k and v fit their annotations with each other exchanged.
          q: Float[Tensor, "b h t d"]   float32 (2, 6, 5, 8)   d = 8
        > k: Float[Tensor, "b g s d"]   float32 (2, 3, 7, 9)   d = 9
        > v: Float[Tensor, "b g s e"]   float32 (2, 3, 7, 8)
        Write: attend(q, v, k)
        """,
    ),
    "either of two": (
        lambda: attend(q, k.transpose(1, 2), v),
        """
        attend: k or v fits its annotation with g and s exchanged.
        > k: Float[Tensor, "b g s d"]   float32 (2, 7, 3, 8)   g = 7, s = 3
        > v: Float[Tensor, "b g s e"]   float32 (2, 3, 7, 9)   g = 3, s = 7
        Write: attend(q, k.transpose(1, 2), v) or attend(q, k, v.transpose(1, 2))
        """,
    ),
    "two disagree and nobody decides": (
        lambda: attend(q, k, f(B, G, 11, E)),
        """
        attend: v has s = 11, where k has s = 7.
        > k: Float[Tensor, "b g s d"]   float32 (2, 3, 7, 8)    s = 7
        > v: Float[Tensor, "b g s e"]   float32 (2, 3, 11, 9)   s = 11
        """,
    ),
    "the function breaks its own promise": (
        lambda: split(f(B, T, 12), 3),
        """
        split: the result fits its annotation with h and t exchanged: the function's own promise, not your call.
          x:      Float[Tensor, "b t c"]                       float32 (2, 5, 12)     t = 5
        > result: Float[Tensor, "b h={heads} t d=c/{heads}"]   float32 (2, 5, 3, 4)   h = 5, t = 3
        Write: return result.transpose(1, 2)
        """,  # noqa: E501 # the message is one line
    ),
    "an expression": (
        lambda: shift(f(B, 4), f(B, 4)),
        """
        shift: x has 4 where t+1 is 5 (t = 4 of y).
        > x: Float[Tensor, "b t+1"]   float32 (2, 4)   t+1 = 4
        > y: Float[Tensor, "b t"]     float32 (2, 4)   t = 4
        """,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_refusal_reads(case: str) -> None:
    call, text = CASES[case]
    with pytest.raises(ShapeError) as error:
        call()
    assert str(error.value) == dedent(text).strip("\n")


@pytest.mark.parametrize("case", CASES)
def test_a_refusal_is_six_lines_at_most(case: str) -> None:
    with pytest.raises(ShapeError) as error:
        CASES[case][0]()
    assert len(str(error.value).splitlines()) <= 6


def test_the_parts_of_a_refusal_are_attributes() -> None:
    with pytest.raises(ShapeError) as error:
        rotate(x.transpose(1, 2), table, table)
    assert error.value.function == "rotate"
    assert error.value.argument == "x"
    assert error.value.fix == {"x": "x.transpose(1, 2)"}
    assert error.value.declared["cos"] == 'Float[Tensor, "t d/2"]'
    assert error.value.actual["x"] == "float32 (2, 5, 6, 8)"
    assert error.value.bindings == {"b": B, "h": H, "t": T, "d": D}


def test_a_wrong_result_has_no_fix_for_the_caller() -> None:
    with pytest.raises(ShapeError) as error:
        split(f(B, T, 12), 3)
    assert (error.value.argument, dict(error.value.fix)) == ("return", {})
