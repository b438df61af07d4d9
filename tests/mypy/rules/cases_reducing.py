"""Trials of the rules that take entries of some axes together."""

import torch
from hypothesis import strategies as st

from drawn import FLOAT32, INT64, Case, Trial, number, numbers, places, tensors, truth
from typed_rope.mypy.dtypes import FLOAT, Dtypes
from typed_rope.mypy.values import DtypeName, Tensor, Value

BOOL: Dtypes = frozenset({"bool"})
COMPLEX64: Dtypes = frozenset({"complex64"})
ANY_FLOAT = FLOAT - {name for name in FLOAT if "float8" in name}
FLOATS = (FLOAT32, ANY_FLOAT, None)
ALL = (*FLOATS, INT64, BOOL)
ONE, SEVERAL, WHOLE = "one", "several", "whole"


@st.composite
def reducing(
    draw: st.DrawFn,
    *forms: str,
    choice: tuple[Dtypes | None, ...] = FLOATS,
    dtype: bool = False,
    keepdim: bool = True,
    before: tuple[Value, ...] = (),
) -> Case:
    """Draw a tensor with one of its axes, several, or none, and at times the other options."""
    x = draw(tensors(1))
    x = Tensor(x.dims, draw(st.sampled_from(list(choice))))
    form = draw(st.sampled_from(forms))
    named: dict[str, Value] = {}
    if form != WHOLE and keepdim and draw(st.booleans()):
        named["keepdim"] = truth(draw(st.booleans()))
    if dtype and draw(st.integers(0, 2)) == 0:
        named["dtype"] = DtypeName(frozenset({"float64"}))
    if form == WHOLE:
        return Case((x, *before), named)
    dim: Value = number(draw(places(x.dims or ())))
    if form == SEVERAL:
        chosen = draw(st.lists(places(x.dims or ()), min_size=1, max_size=2))
        dim = numbers(*chosen)
    positional = draw(st.booleans()) or bool(before)
    return Case((x, *before, dim), named) if positional else Case((x,), {"dim": dim, **named})


@st.composite
def two(draw: st.DrawFn) -> Case:
    first = draw(tensors(1))
    second = draw(st.sampled_from([first, first.shaped((first.dims or ())[-1:]), draw(tensors(1))]))
    if draw(st.booleans()):
        return draw(reducing(ONE, WHOLE))
    return Case((first, second)) if draw(st.booleans()) else Case((first,), {"other": second})


@st.composite
def alone(draw: st.DrawFn, *rest: Value, most: int = 4) -> Case:
    return Case((draw(tensors(1, most)), *rest))


@st.composite
def unwhole(draw: st.DrawFn) -> Case:
    case = draw(reducing(ONE, SEVERAL, WHOLE, choice=(*FLOATS, INT64), dtype=True))
    x = case.positional[0]
    whole = isinstance(x, Tensor) and x.dtypes == INT64 and x.dims is not None
    # The rule refuses whole numbers whatever their axes are.
    return case if not whole or "dtype" in case.named else Case(case.positional[:1])


def reduced(
    *forms: str,
    choice: tuple[Dtypes | None, ...] = FLOATS,
    dtype: bool = False,
    keepdim: bool = True,
) -> Trial:
    cases = reducing(*forms, choice=choice, dtype=dtype, keepdim=keepdim)
    return Trial(cases, definite=0.6, refused=0.9)


ANY = (ONE, SEVERAL, WHOLE)
K: tuple[Value, ...] = (number(2),)
SORTED = reducing(ONE, keepdim=False, choice=ALL)
REDUCING: dict[str, Trial] = {
    "sum": reduced(*ANY, choice=ALL, dtype=True),
    "nansum": reduced(*ANY, choice=FLOATS, dtype=True),
    "prod": reduced(ONE, WHOLE, choice=ALL, dtype=True),
    "mean": Trial(unwhole(), definite=0.6, refused=0.9),
    "nanmean": reduced(*ANY),
    **dict.fromkeys(("std", "var"), reduced(*ANY, choice=(FLOAT32, COMPLEX64))),
    **dict.fromkeys(("var_mean", "std_mean"), reduced(*ANY)),
    **dict.fromkeys(("amax", "amin"), reduced(*ANY, choice=ALL)),
    "logsumexp": reduced(ONE, SEVERAL, choice=(*FLOATS, INT64)),
    "norm": Trial(
        reducing(*ANY, choice=(FLOAT32, COMPLEX64), before=(number(2),)), definite=0.6, refused=0.9
    ),
    "vector_norm": Trial(
        reducing(*ANY, choice=(FLOAT32, COMPLEX64), before=(number(2),)),
        definite=0.6,
        refused=0.9,
        form=torch.linalg.vector_norm,
    ),
    **dict.fromkeys(("argmax", "argmin"), reduced(ONE, WHOLE)),
    **dict.fromkeys(("any", "all"), reduced(*ANY, choice=ALL)),
    "count_nonzero": reduced(*ANY, choice=ALL, keepdim=False),
    **dict.fromkeys(("max", "min"), Trial(two(), definite=0.6, refused=0.9)),
    **dict.fromkeys(("median", "nanmedian", "mode"), reduced(ONE)),
    "kthvalue": Trial(reducing(ONE, before=K), definite=0.6, refused=0.9, lenient=True),
    # The meta device sorts along axes that do not exist.
    "sort": Trial(SORTED, definite=0.6, refused=0.9, form=lambda x, dim=-1: x.cummax(dim)),
    "argsort": Trial(SORTED, definite=0.6, refused=0.9, form=lambda x, dim=-1: x.cummax(dim)[1]),
    "topk": Trial(
        reducing(ONE, WHOLE, before=K, keepdim=False), definite=0.6, refused=0.5, lenient=True
    ),
    "bincount": Trial(
        alone(most=1), definite=0.0, form=lambda x: torch.empty(x.shape[0], device="meta")
    ),
    "unique": Trial(alone(), definite=0.0, form=lambda x: x.flatten()),
    "unique_consecutive": Trial(alone(), definite=0.0, form=lambda x: x.flatten()),
}
