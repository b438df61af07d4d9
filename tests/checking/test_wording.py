"""Each kind of mistake has its own wording."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from textwrap import dedent
from typing import Literal, NamedTuple

import numpy as np
import pytest
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from typed_rope.checking import ShapeError, typed

B, H, G, T, S, D, E = 2, 6, 3, 5, 7, 8, 9


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
def stack(parts: list[Float[Tensor, "b t"]], weight: Float[Tensor, " t"]) -> None:
    return None


@typed
def normalise(x: Float[Tensor, "*b c"], gain: Float[Tensor, " c"]) -> Float[Tensor, "*b c"]:
    return x * gain


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


@typed
def plot(x: Float[Tensor, "a b"] | Int[Tensor, "a b c"]) -> None:
    return None


@typed
@dataclass(kw_only=True)
class Grid:
    x: Float[Tensor, "a b"]
    y: Float[Tensor, "a c"]


class Rule:
    pass


@typed
def look(x: Float[Tensor, "b h t d"], rules: Mapping[Literal["a.b"], Rule]) -> None:
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
    "a hint with the names of modules": (
        lambda: look(x, {"a.b": "x"}),  # type: ignore[dict-item] # the mistake
        """
        look: rules is dict of 1, not Mapping[Literal['a.b'], Rule].
        > rules: Mapping[Literal['a.b'], Rule]   dict of 1
        """,
    ),
    "a union of dtypes and ranks": (
        lambda: plot(torch.zeros(2, 3, dtype=torch.int64)),
        """
        plot: x has 2 axes, where "a b c" has 3.
        > x: Int[Tensor, "a b c"]   int64 (2, 3)
        Write: plot(x.unsqueeze(0)) or plot(x.unsqueeze(1))
        """,
    ),
    "fields by keyword": (
        lambda: Grid(x=f(3, 2), y=f(2, 5)),
        """
        Grid: x fits its annotation with a and b exchanged.
        > x: Float[Tensor, "a b"]   float32 (3, 2)   a = 3, b = 2
          y: Float[Tensor, "a c"]   float32 (2, 5)   a = 2
        Write: Grid(x=x.transpose(0, 1), y=y)
        """,
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
