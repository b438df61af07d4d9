"""Whole messages: each is documentation that arrives at the right moment."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations
from textwrap import dedent
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

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
def stack(parts: list[Float[Tensor, "b t"]], weight: Float[Tensor, " t"]) -> None:
    return None


@typed
def normalise(x: Float[Tensor, "*b c"], gain: Float[Tensor, " c"]) -> Float[Tensor, "*b c"]:
    return x * gain


@typed
def shift(x: Float[Tensor, "b t+1"], y: Float[Tensor, "b t"]) -> None:
    return None


@typed
def bias(scores: Float[Tensor, "b h t s"], slope: Float[Tensor, "#b #h t s"]) -> None:
    return None


@typed
def embed(ids: Int[Tensor, "b t"], table: Float[Tensor, "v c"]) -> None:
    return None


@typed
def three(image: Float[Tensor, "rgb=3 y x"]) -> None:
    return None


@typed
@dataclass
class Cache:
    k: Float[Tensor, "b g s d"]
    v: Float[Tensor, "b g s e"]


class Table(NamedTuple):
    cos: Float[Tensor, "t r"]
    sin: Float[Tensor, "t r"]


@typed
def turn(x: Float[Tensor, "b t 2*r"], table: Table) -> None:
    return None


class Mixer(nn.Module):
    heads = H

    @typed
    def forward(self, x: Float[Tensor, "b {self.heads} t d"]) -> Float[Tensor, "b t d"]:
        return x.sum(1)


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
    "an axis missing": (
        lambda: normalise(f(5), f(4, 5)),
        """
        normalise: x and gain fit their annotations with each other exchanged.
        > x:    Float[Tensor, "*b c"]   float32 (5,)     c = 5
        > gain: Float[Tensor, "c"]      float32 (4, 5)
        Write: normalise(gain, x)
        """,
    ),
    "wrong rank": (
        lambda: embed(torch.zeros(T, dtype=torch.int64), f(10, 4)),
        """
        embed: ids has 1 axis, where "b t" has 2.
        > ids: Int[Tensor, "b t"]   int64 (5,)
        Write: embed(ids.unsqueeze(0), table) or embed(ids.unsqueeze(1), table)
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
    "wrong dtype, with a cast": (
        lambda: embed(torch.zeros(B, T, dtype=torch.uint8), f(10, 4)),
        """
        embed: ids is uint8, which is not Int.
        > ids: Int[Tensor, "b t"]   uint8 (2, 5)   b = 2, t = 5
        Write: embed(ids.to(torch.int64), table)
        """,
    ),
    "wrong dtype, no cast is safe": (
        lambda: embed(f(B, T), f(10, 4)),
        """
        embed: ids is float32, which is not Int.
        > ids: Int[Tensor, "b t"]   float32 (2, 5)   b = 2, t = 5
        """,
    ),
    "a NumPy array": (
        lambda: embed(np.zeros((2, 5)), f(10, 4)),  # type: ignore[arg-type] # the mistake
        """
        embed: ids is a numpy.ndarray, not a Tensor.
        > ids: Int[Tensor, "b t"]   numpy.ndarray float64 (2, 5)
        """,
    ),
    "None and a list": (
        lambda: attend(None, k, [v]),  # type: ignore[arg-type] # the mistake
        """
        attend: q is None, not a Tensor; v is a list, not a Tensor.
        > q: Float[Tensor, "b h t d"]   None
        > v: Float[Tensor, "b g s e"]   list of 1
        """,
    ),
    "a plain argument": (
        lambda: attend(q, k, v, scale="small"),  # type: ignore[arg-type] # the mistake
        """
        attend: scale is 'small', not float | None.
        > scale: float | None   'small'
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
    "an item of a list": (
        lambda: stack([f(B, T), f(B, S)], f(T)),
        """
        stack: parts[1] has t = 7, where parts[0] has t = 5.
          parts[0]: Float[Tensor, "b t"]   float32 (2, 5)   t = 5
        > parts[1]: Float[Tensor, "b t"]   float32 (2, 7)   t = 7
          weight:   Float[Tensor, "t"]     float32 (5,)     t = 5
        """,
    ),
    "another container": (
        lambda: stack((f(B, T),), f(T)),  # type: ignore[arg-type] # the mistake
        """
        stack: parts is a tuple, not list[Float[Tensor, "b t"]].
        > parts: list[Float[Tensor, "b t"]]   tuple of 1
        """,
    ),
    "an expression": (
        lambda: shift(f(B, 4), f(B, 4)),
        """
        shift: x has 4 where t+1 is 5 (t = 4 of y).
        > x: Float[Tensor, "b t+1"]   float32 (2, 4)   t+1 = 4
        > y: Float[Tensor, "b t"]     float32 (2, 4)   t = 4
        """,
    ),
    "broadcasting": (
        lambda: bias(f(B, H, T, S), f(1, 4, T, S)),
        """
        bias: slope has h = 4, where scores has h = 6.
        > scores: Float[Tensor, "b h t s"]     float32 (2, 6, 5, 7)   h = 6
        > slope:  Float[Tensor, "#b #h t s"]   float32 (1, 4, 5, 7)   h = 4
        """,
    ),
    "a fixed size": (
        lambda: three(f(4, 5, 6)),
        """
        three: image has rgb = 4, where its annotation says 3.
        > image: Float[Tensor, "rgb=3 y x"]   float32 (4, 5, 6)   rgb = 4
        """,
    ),
    "a configured size": (
        lambda: Mixer()(f(B, 4, T, D)),
        """
        Mixer.forward: x has {self.heads} = 4, where {self.heads} is 6.
        > x: Float[Tensor, "b {self.heads} t d"]   float32 (2, 4, 5, 8)   {self.heads} = 4
        """,
    ),
    "a configured size, axes exchanged": (
        lambda: Mixer()(x.transpose(1, 2)),
        """
        Mixer.forward: x fits its annotation with {self.heads} and t exchanged.
        > x: Float[Tensor, "b {self.heads} t d"]   float32 (2, 5, 6, 8)   {self.heads} = 5, t = 6
        Write: forward(x.transpose(1, 2))
        """,
    ),
    "fields of a dataclass": (
        lambda: Cache(k, f(B, G, 11, E)),
        """
        Cache: v has s = 11, where k has s = 7.
        > k: Float[Tensor, "b g s d"]   float32 (2, 3, 7, 8)    s = 7
        > v: Float[Tensor, "b g s e"]   float32 (2, 3, 11, 9)   s = 11
        """,
    ),
    "fields of a NamedTuple": (
        lambda: turn(f(B, T, D), Table(f(T, D // 2), f(T, D))),
        """
        turn: table.sin has r = 8, where table.cos has r = 4.
          x:         Float[Tensor, "b t 2*r"]   float32 (2, 5, 8)   2*r = 8
          table.cos: Float[Tensor, "t r"]       float32 (5, 4)      r = 4
        > table.sin: Float[Tensor, "t r"]       float32 (5, 8)      r = 8
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


SWEPT: dict[str, tuple[Callable[..., object], dict[str, Tensor]]] = {
    "rotate": (rotate, {"x": x, "cos": table, "sin": table}),
    "rotate batched": (rotate, {"x": x, "cos": f(B, T, D // 2), "sin": f(B, T, D // 2)}),
    "attend": (attend, {"q": q, "k": k, "v": v}),
    "bias": (bias, {"scores": f(B, H, T, S), "slope": f(1, H, T, S)}),
}


# No size contradicts these: b and h of x, h and t of q are free. The static checker's to find.
UNSEEN = {("rotate", "x", (1, 0, 2, 3)), ("attend", "q", (0, 2, 1, 3))}


def wrong_orders() -> list[tuple[str, str, tuple[int, ...]]]:
    return [
        (name, argument, order)
        for name, (_, arguments) in SWEPT.items()
        for argument, tensor in arguments.items()
        for order in list(permutations(range(tensor.dim())))[1:]
        if (name, argument, order) not in UNSEEN
    ]


@pytest.mark.parametrize(("name", "argument", "order"), wrong_orders())
def test_a_shown_fix_repairs_the_call(name: str, argument: str, order: tuple[int, ...]) -> None:
    function, right = SWEPT[name]
    wrong: dict[str, Any] = {**right, argument: right[argument].permute(order)}
    error = refused(function, wrong)
    assert error is not None
    fixed = {key: eval(how, {"torch": torch}, wrong) for key, how in error.fix.items()}
    assert fixed
    assert refused(function, {**wrong, **fixed}) is None


@pytest.mark.parametrize(("name", "argument", "order"), sorted(UNSEEN))
def test_no_size_tells_free_axes_apart(name: str, argument: str, order: tuple[int, ...]) -> None:
    function, right = SWEPT[name]
    assert refused(function, {**right, argument: right[argument].permute(order)}) is None


def refused(function: Callable[..., object], arguments: dict[str, Any]) -> ShapeError | None:
    try:
        function(**arguments)
    except ShapeError as error:
        return error
    return None
