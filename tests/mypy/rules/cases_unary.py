"""Trials of the rules of one tensor that keep its axes, and of conversions."""

import torch
from cases_pointwise import (
    ALL,
    BFLOAT16,
    BITS,
    COMPLEX64,
    FLOAT64,
    FLOATS,
    NUMBERS,
    WHOLES,
    Choice,
    groups,
    meets,
    pairs,
    pairs_of_reals,
    trials,
)
from hypothesis import strategies as st

from drawn import FLOAT32, Case, Trial, number, places, tensors, truth
from typed_rope.mypy.rules import conversions, unary
from typed_rope.mypy.values import Constant, DtypeName, Tensor, Value


@st.composite
def alone(
    draw: st.DrawFn, choice: Choice = ALL, *rest: Value, least: int = 0, most: int = 4
) -> Case:
    x = draw(tensors(least, most))
    return Case((Tensor(x.dims, draw(st.sampled_from(list(choice)))), *rest))


@st.composite
def with_dim(draw: st.DrawFn, choice: Choice = FLOATS, *, dtype: bool = False) -> Case:
    x = draw(tensors(1))
    dim = number(draw(places(x.dims or ())))
    named: dict[str, Value] = {"dtype": DtypeName(FLOAT64)} if dtype and draw(st.booleans()) else {}
    x = Tensor(x.dims, draw(st.sampled_from(list(choice))))
    return Case((x, dim), named) if draw(st.booleans()) else Case((x,), {"dim": dim, **named})


@st.composite
def converting(draw: st.DrawFn) -> Case:
    x, other = draw(groups(2, (ALL, NUMBERS)))
    forms: list[tuple[Value, ...]] = [
        (DtypeName(BFLOAT16),),
        (other,),
        (Constant("meta"),),
        (Constant("meta"), DtypeName(FLOAT64)),
    ]
    return Case((x, *draw(st.sampled_from(forms))))


def initialiser(name: str) -> Trial:
    extra: tuple[Value, ...] = (Constant(0.5),) if name == "constant_" else ()
    form = getattr(torch.nn.init, name)
    return Trial(alone(FLOATS[:1], *extra, least=2), definite=0.6, form=form, lenient=True)


def functional(name: str) -> Trial:
    """Try what torch and nn.functional both have, and take differently."""
    form = getattr(torch.nn.functional, name, None) or functional_dropout
    return Trial(alone(FLOATS), definite=0.7, form=form, lenient=True)


def functional_dropout(x: torch.Tensor) -> torch.Tensor:
    return torch.feature_dropout(x, 0.5, True)


NO_BOOL = Trial(alone(NUMBERS), definite=0.7)
FLOAT_ALONE = Trial(alone(FLOATS), definite=0.7)
LENIENT = Trial(alone(FLOATS), definite=0.7, lenient=True)
CHANNELS = Trial(alone(FLOATS, least=3, most=3), definite=0.7, lenient=True)
FUNCTIONALS = ("alpha_dropout", "feature_dropout", "feature_alpha_dropout")
UNARY: dict[str, Trial] = {
    **trials(
        unary.real_function,
        Trial(alone((*ALL, COMPLEX64)), definite=0.7, lenient=True),
    ),
    **trials(
        unary.same_dtype,
        FLOAT_ALONE,
        **dict.fromkeys(("neg", "negative", "sign", "sgn", "round", "floor", "square"), NO_BOOL),
        **dict.fromkeys(("ceil", "trunc", "fix", "relu", "nan_to_num"), NO_BOOL),
        bitwise_not=Trial(alone(BITS), definite=0.7),
        threshold=Trial(alone(FLOATS, Constant(0.5), Constant(0.25)), definite=0.7),
        **{name: functional(name) for name in FUNCTIONALS},
    ),
    **trials(unary.dropped, CHANNELS, dropout=functional("dropout")),
    **trials(
        unary.kept,
        FLOAT_ALONE,
        **dict.fromkeys(("cuda", "pin_memory"), Trial(alone(FLOATS), form=lambda x: x)),
        cpu=Trial(alone(FLOATS), form=lambda x: x),
        **dict.fromkeys(("tril", "triu", "tril_", "triu_"), LENIENT),
        bitwise_not_=Trial(alone(BITS), definite=0.7),
        threshold_=Trial(alone(FLOATS, Constant(0.5), Constant(0.25)), definite=0.7),
        fill_=Trial(alone(ALL, number(3)), definite=0.7),
        **dict.fromkeys(
            ("dropout_", "alpha_dropout_"),
            Trial(alone(FLOATS, Constant(0.5), truth(True)), definite=0.7),
        ),
    ),
    "gumbel_softmax": Trial(alone(FLOATS), definite=0.7, lenient=True),
    **{name: initialiser(name) for name in unary.initialised.names},
    **trials(unary.truth_values, Trial(alone(ALL), definite=0.7, lenient=True)),
    **trials(unary.along, Trial(with_dim(dtype=True), definite=0.7, refused=1.0)),
    # On the meta device only log_softmax looks for the axis.
    **dict.fromkeys(
        ("softmax", "softmin"), Trial(with_dim(dtype=True), 0.5, 1.0, form=torch.log_softmax)
    ),
    "logcumsumexp": Trial(with_dim(), definite=0.7, refused=1.0),
    **trials(unary.accumulated, Trial(with_dim(ALL, dtype=True), definite=0.7, refused=1.0)),
    **trials(unary.running, Trial(with_dim(ALL), definite=0.7, refused=1.0)),
    **trials(unary.accumulated_in_place, Trial(with_dim(FLOATS), definite=0.5, refused=1.0)),
}
CASTS = (
    "float", "half", "bfloat16", "double", "int", "long", "short", "char", "byte", "bool", "cfloat",
    "cdouble",
)  # fmt: skip
CONVERSIONS: dict[str, Trial] = {
    "to": Trial(converting(), definite=0.6),
    "type_as": Trial(pairs(numbers=False), definite=0.6, lenient=True),
    "type": Trial(alone(ALL, DtypeName(BFLOAT16)), definite=0.7),
    **{name: Trial(alone(ALL), definite=0.7, form=getattr(torch.Tensor, name)) for name in CASTS},
    "chalf": Trial(alone(FLOATS), definite=0.7, form=lambda x: x.to(torch.complex32)),
    **trials(conversions.absolute, Trial(alone((*NUMBERS, COMPLEX64)), definite=0.7)),
    **trials(conversions.absolute_in_place, FLOAT_ALONE),
    "real": Trial(alone((*FLOATS, COMPLEX64)), definite=0.7),
    "imag": Trial(alone((COMPLEX64,)), definite=0.7),
    **trials(conversions.conjugate, Trial(alone((*ALL, COMPLEX64)), definite=0.7)),
    "angle": Trial(alone((FLOAT32, *WHOLES, COMPLEX64)), definite=0.7),
    **dict.fromkeys(("polar", "complex"), meets(pairs_of_reals())),
}
