"""Trials of the rules of einops' patterns; the truth is written with reshape and permute."""

from math import prod
from typing import Any

import torch
from hypothesis import strategies as st

from drawn import FLOAT32, Case, Trial, axis, dims, number
from typed_rope.mypy.values import Axis, Constant, Dims, Items, Many, Tensor, Value
from typed_rope.shapes import Size

PARTS = ("b", "t", "h", "s", "d")
PATTERNS_OF_TWO = ("b t *", "* d", "b * d")


def _tensor(shape: Dims) -> Tensor:
    return Tensor(shape, FLOAT32)


@st.composite
def sides(draw: st.DrawFn, names: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Draw groups of names, in their order."""
    groups: list[tuple[str, ...]] = []
    for name in names:
        if groups and draw(st.integers(0, 3)) == 0:
            groups[-1] = (*groups[-1], name)
        else:
            groups.append((name,))
    return groups


def _written(groups: list[tuple[str, ...]]) -> str:
    return " ".join(one[0] if len(one) == 1 else f"({' '.join(one)})" for one in groups)


@st.composite
def moves(draw: st.DrawFn, kind: str = "rearrange") -> Case:
    names = tuple(draw(st.permutations(PARTS)))[: draw(st.integers(2, 4))]
    left = draw(sides(names))
    new = tuple(draw(st.permutations(names)))
    more: dict[str, Value] = {}
    if kind == "reduce":
        new = new[: draw(st.integers(0, len(new)))]
    if kind == "repeat":
        new = (*new[:1], "m", *new[1:])
        more["m"] = number(3)
    right = draw(sides(new))
    shape: list[Axis | Many] = []
    for group in left:
        size = Size.of(1)
        for name in group:
            size = size * Size.symbol(name)
        shape.append(axis(group[0]) if len(group) == 1 else Axis(size))
        # Of each group one size follows; at times one that must be given is not.
        given = group[:-1] if draw(st.integers(0, 12)) else group[1:-1]
        more |= {name: number(Size.symbol(name)) for name in given}
    text = f"{_written(left)} -> {_written(right)}"
    if draw(st.integers(0, 3)) == 0:
        shape = [*draw(dims(0, 2)), *shape]
        text = f"... {_written(left)} -> ... {_written(right)}"
    elif draw(st.integers(0, 9)) == 0:
        shape.append(axis("c"))
    rest = (Constant(draw(st.sampled_from(["sum", "max"]))),) if kind == "reduce" else ()
    return Case((_tensor(tuple(shape)), Constant(text), *rest), more)


@st.composite
def packs(draw: st.DrawFn) -> Case:
    names = draw(st.sampled_from(PATTERNS_OF_TWO)).split()
    at = names.index("*")
    before, after = tuple(map(axis, names[:at])), tuple(map(axis, names[at + 1 :]))
    middles = [(axis("h"),), (axis("s"),), ()]
    tensors = [_tensor((*before, *draw(st.sampled_from(middles)), *after)) for _ in "xy"]
    return Case((Items(tuple(tensors)), Constant(" ".join(names))))


def rearranged(x: torch.Tensor, pattern: str, *reduction: str, **sizes: int) -> torch.Tensor:
    """Do what einops does."""
    left, right = pattern.split("->")
    dots = [f"_{place}" for place in range(x.dim() - len(_groups(left)) + 1)]
    old, new = _groups(left, dots), _groups(right, dots)
    if len(old) != x.dim():
        raise RuntimeError
    for group, size in zip(old, x.shape, strict=True):
        unknown = [name for name in group if name not in sizes]
        known = prod(sizes[name] for name in group if name in sizes)
        if len(unknown) > 1 or size % known or (not unknown and known != size):
            raise RuntimeError
        sizes |= dict.fromkeys(unknown, size // known)
    names = [name for group in old for name in group]
    wanted = [name for group in new for name in group]
    x = x.reshape([sizes[name] for name in names])
    gone = [place for place, name in enumerate(names) if name not in wanted]
    x = x.sum(gone) if gone else x
    kept = [name for name in names if name in wanted]
    for name in wanted:
        if name not in kept:
            x, kept = x.unsqueeze(-1).repeat_interleave(sizes[name], -1), [*kept, name]
    x = x.permute([kept.index(name) for name in wanted])
    return x.reshape([prod(sizes[name] for name in group) for group in new])


def _groups(side: str, dots: Any = ("...",)) -> list[list[str]]:
    groups: list[list[str]] = []
    inside = False
    for token in side.replace("(", " ( ").replace(")", " ) ").split():
        if token in "()":
            inside = token == "("
            if inside:
                groups.append([])
        elif token == "...":
            groups += [[one] for one in dots]
        elif inside:
            groups[-1].append(token)
        else:
            groups.append([token])
    return groups


def packed(tensors: list[torch.Tensor], pattern: str) -> tuple[torch.Tensor, None]:
    names = pattern.split()
    at = names.index("*")
    after = len(names) - at - 1
    flat = []
    for one in tensors:
        end = one.dim() - after
        flat.append(one.reshape(*one.shape[:at], -1, *one.shape[end:]))
    return torch.cat(flat, at), None


PATTERNS: dict[str, Trial] = {
    "einops.rearrange": Trial(moves(), 0.6, 0.8, form=rearranged),
    "einops.repeat": Trial(moves("repeat"), 0.6, 0.8, form=rearranged),
    "einops.reduce": Trial(moves("reduce"), 0.6, 0.8, form=rearranged, labelled=False),
    "einops.pack": Trial(packs(), 0.0, 0.8, form=packed),
}
