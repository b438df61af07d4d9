"""Trials of the rules that multiply matrices and sum over letters."""

from collections.abc import Callable

import torch
from hypothesis import strategies as st

from drawn import FLOAT32, Case, Trial, axis, dims, fixed, number, numbers, plain_dims
from typed_rope.mypy.values import Axis, Constant, Dims, Items, Many, Tensor, Value

Order = tuple[int, ...]


def _tensor(dims: Dims) -> Tensor:
    return Tensor(dims, FLOAT32)


@st.composite
def _mistaken(draw: st.DrawFn, shape: Dims) -> Dims:
    """Draw the same axes, at times in disorder."""
    if len(shape) > 1 and draw(st.integers(0, 3)) == 0:
        at = draw(st.integers(0, len(shape) - 2))
        return (*shape[:at], shape[at + 1], shape[at], *shape[at + 2 :])
    return shape


@st.composite
def _batch(draw: st.DrawFn, shared: Dims) -> Dims:
    first = draw(st.integers(0, len(shared)))
    return tuple(fixed(1) if draw(st.integers(0, 5)) == 0 else one for one in shared[first:])


def _axes(draw: st.DrawFn, count: int) -> list[Axis]:
    drawn = draw(dims(count, count, many=False))
    return [one for one in drawn if isinstance(one, Axis)]


@st.composite
def matrices(draw: st.DrawFn, ranks: tuple[int, int] | None = None) -> Case:
    rows, inner, columns, *shared = _axes(draw, 5 if ranks is None else 4)
    batch = tuple(shared)
    if ranks is None:
        left: Dims = (*draw(_batch(batch)), rows, inner)
        right: Dims = (*draw(_batch(batch)), inner, columns)
        left = left[-draw(st.integers(1, 4)) :]
        right = right if draw(st.integers(0, 3)) else (inner,)
        if draw(st.integers(0, 4)) == 0:
            left = (Many("batch"), *left)
    else:
        left = (*batch, rows, inner)[-ranks[0] :]
        right = (*batch, inner, columns)[-ranks[1] :] if ranks[1] > 1 else (inner,)
    return Case((_tensor(draw(_mistaken(left))), _tensor(draw(_mistaken(right)))))


@st.composite
def adding(draw: st.DrawFn, ranks: tuple[int, int]) -> Case:
    product = draw(matrices(ranks))
    left, right = product.positional
    assert isinstance(left, Tensor)
    assert isinstance(right, Tensor)
    assert left.dims is not None
    assert right.dims is not None
    total = (*left.dims[:-1], right.dims[-1]) if ranks[1] > 1 else left.dims[:-1]
    first = draw(st.integers(0, 1))
    return Case((_tensor(total[first:]), left, right))


@st.composite
def vectors(draw: st.DrawFn) -> Case:
    one, other = _axes(draw, 2)
    return Case((_tensor((one,)), _tensor((draw(st.sampled_from([one, one, other])),))))


@st.composite
def last_axes(draw: st.DrawFn) -> Case:
    first = draw(plain_dims(0, 3))
    last = draw(st.sampled_from([first[-1:], first[-1:], (axis("s"),)]))
    return Case((_tensor(first), _tensor((*draw(plain_dims(0, 2)), *last))))


@st.composite
def chains(draw: st.DrawFn) -> Case:
    a, b, c, d = _axes(draw, 4)
    last = (c, d) if draw(st.booleans()) else (d, c)
    return Case((_tensor((a, b)), _tensor((b, c)), _tensor(last)))


@st.composite
def distances(draw: st.DrawFn) -> Case:
    rows, inner, others, *shared = _axes(draw, 4)
    right: Dims = (*draw(_batch(tuple(shared))), others, inner)
    return Case((_tensor((*shared, rows, inner)), _tensor(draw(_mistaken(right)))))


@st.composite
def tensordots(draw: st.DrawFn) -> Case:
    a, b, c, d = _axes(draw, 4)
    left = _tensor((a, b, c))
    if draw(st.booleans()):
        count = draw(st.integers(0, 2))
        right: tuple[Dims, ...] = ((c, d), (c, d), (b, c, d))
        return Case((left, _tensor(right[count])), {"dims": number(count)})
    pairs = Items((numbers(0, -1), numbers(1, 0)))
    return Case((left, _tensor((c, draw(st.sampled_from([a, a, b])), d))), {"dims": pairs})


EQUATIONS: tuple[tuple[str, str], ...] = (
    ("b h t d, b h s d -> b h t s", "bhtd,bhsd->bhts"),
    ("b t c, c d -> b t d", "btc,cd->btd"),
    ("b t c, b s c", "btc,bsc"),
    ("b t h d, b s h d -> b h t s", "bthd, bshd -> bhts"),
    ("t, s -> s t", "i,j->ji"),
    ("b t -> t b", "ij->ji"),
    ("... t, t d -> ... d", "...i,ij->...j"),
    ("... t d -> ... t", "...ij->...i"),
    ("b t d, d t -> b", "bij,ji->b"),
)


@st.composite
def _operands(draw: st.DrawFn, names: str) -> list[Value]:
    rest = draw(dims(0, 2))
    operands: list[Value] = []
    for term in names.partition("->")[0].split(","):
        axes: list[Axis | Many] = []
        for name in term.split():
            axes += rest if name == "..." else [axis(name)]
        operands.append(_tensor(draw(_mistaken(tuple(axes)))))
    return operands


@st.composite
def equations(draw: st.DrawFn) -> Case:
    names, equation = draw(st.sampled_from(EQUATIONS))
    return Case((Constant(equation), *draw(_operands(names))))


@st.composite
def patterns(draw: st.DrawFn) -> Case:
    names = draw(st.sampled_from([names for names, _ in EQUATIONS if "->" in names]))
    return Case((*draw(_operands(names)), Constant(names)))


def named_einsum(*tensors_and_pattern: object) -> torch.Tensor:
    """Do what einops does, with letters: there is a letter for each name here."""
    *operands, pattern = tensors_and_pattern
    return torch.einsum(str(pattern).replace(" ", ""), *operands)


def decided(cases: st.SearchStrategy[Case], form: Callable[..., object] | None = None) -> Trial:
    # A formula may have been given a name of its own: torch refuses, and the rule does not.
    return Trial(cases, definite=0.6, refused=0.7, lenient=True, form=form)


PRODUCTS: dict[str, Trial] = {
    "matmul": decided(matrices()),
    "mm": decided(matrices((2, 2))),
    "mv": decided(matrices((2, 1))),
    "bmm": decided(matrices((3, 3))),
    **dict.fromkeys(("dot", "vdot"), decided(vectors())),
    "inner": decided(last_axes()),
    **dict.fromkeys(("outer", "ger"), decided(vectors())),
    "addmm": decided(adding((2, 2))),
    "addmm_": Trial(adding((2, 2)), definite=0.6, lenient=True),
    "addmv": decided(adding((2, 1))),
    "addmv_": Trial(adding((2, 1)), definite=0.6, lenient=True),
    "baddbmm": decided(adding((3, 3))),
    "baddbmm_": Trial(adding((3, 3)), definite=0.6, lenient=True),
    "cdist": decided(distances()),
    "chain_matmul": decided(chains()),
    "multi_dot": decided(chains(), lambda *matrices: torch.linalg.multi_dot(matrices)),
    "tensordot": decided(tensordots(), torch.tensordot),
    "einsum": decided(equations()),
    "einops.einsum": decided(patterns(), named_einsum),
}
