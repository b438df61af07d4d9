"""Layers of torch.nn give what the real layers give, for random axes and sizes."""

from collections import Counter
from collections.abc import Mapping

import pytest
import torch
from cases_functional import alike, classified, classify, mistaken, shapes
from cases_windows import pools, resolutions, shuffles, spatial
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judged import definite, fits, plain
from made_real import Impossible, called, real

from drawn import FLOAT32, INT64, Case, World, axis, dims, fixed, number, numbers, worlds
from typed_rope.mypy.rules.layers import LAYERS, layer
from typed_rope.mypy.rules.rule import Known, Refused, Unsure
from typed_rope.mypy.values import Axis, Constant, Dims, Items, Many, Tensor, Value, Whole
from typed_rope.shapes import Size

Made = tuple[Mapping[str, Value], Case]
"""A layer's arguments, and what it is called with."""


def _tensor(shape: Dims) -> Tensor:
    return Tensor(shape, FLOAT32)


def _size(one: Axis | Many) -> Whole:
    return Whole(one.size if isinstance(one, Axis) else None)


@st.composite
def last(draw: st.DrawFn, given: str, returned: str | None = None) -> Made:
    shape = draw(shapes(2, 4))
    features, other = draw(mistaken(shape[-1:])), shape[0]
    made = {given: _size(features[0])}
    if returned is not None:
        made[returned] = _size(draw(st.sampled_from([other, features[0]])))
    x = (Many("batch"), *shape[1:]) if draw(st.booleans()) else shape[1:]
    return made, Case((_tensor(x),))


@st.composite
def lookups(draw: st.DrawFn) -> Made:
    rows, width = draw(shapes(2, 2))
    made = {"num_embeddings": _size(rows), "embedding_dim": _size(width)}
    return made, Case((Tensor(draw(dims(0, 3)), draw(st.sampled_from([INT64, FLOAT32]))),))


@st.composite
def norms(draw: st.DrawFn) -> Made:
    x = draw(shapes(2, 4))
    over = draw(mistaken(x[-draw(st.integers(1, 2)) :]))
    one = len(over) == 1 and draw(st.booleans())
    return {"normalized_shape": _size(over[0]) if one else Items(tuple(map(_size, over)))}, Case(
        (_tensor(x),)
    )


@st.composite
def channel_norms(draw: st.DrawFn, name: str, ranks: tuple[int, int]) -> Made:
    x = draw(shapes(2, 2)) + draw(spatial(draw(st.integers(*ranks)) - 2))
    made: dict[str, Value] = {name: _size(draw(mistaken(x[1:2]))[0])}
    if name == "num_channels":
        made["num_groups"] = number(draw(st.sampled_from([1, 2])))
    return made, Case((_tensor(x),))


@st.composite
def convolutions(draw: st.DrawFn, count: int) -> Made:
    *before, features = draw(spatial(3))
    x = (*before, *draw(spatial(count)))
    made: dict[str, Value] = {
        "in_channels": _size(draw(mistaken((before[1],)))[0]),
        "out_channels": _size(features),
        "kernel_size": number(draw(st.integers(1, 3))),
    }
    if draw(st.booleans()):
        made["padding"] = number(1)
    if draw(st.booleans()):
        made["stride"] = number(2)
    return made, Case((_tensor(x if draw(st.booleans()) else x[1:]),))


@st.composite
def alone(draw: st.DrawFn, /, **made: Value) -> Made:
    return made, Case((_tensor(draw(shapes(3, 4))),))


@st.composite
def attentions(draw: st.DrawFn) -> Made:
    width, other = fixed(12), draw(st.sampled_from([fixed(12), fixed(12), fixed(8)]))
    q, k = (axis("t"), axis("b"), width), (axis("s"), axis("b"), other)
    made = {"embed_dim": number(12), "num_heads": number(3)}
    return made, Case((_tensor(q), _tensor(k), _tensor(k)))


@st.composite
def recurrent(draw: st.DrawFn) -> Made:
    made, case = draw(last("input_size", "hidden_size"))
    x = draw(shapes(1, 2))
    given = case.positional[0]
    assert isinstance(given, Tensor)
    return made, Case((_tensor((*x, (given.dims or ())[-1])),))


@st.composite
def unflattened(draw: st.DrawFn) -> Made:
    x = (*draw(shapes(1, 2)), Axis(Size.symbol("t") * 6))
    return {"dim": number(-1), "unflattened_size": numbers(2, 3, -1)}, Case((_tensor(x),))


def made_of(cases: st.SearchStrategy[Case], *names: str) -> st.SearchStrategy[Made]:
    """Give arguments after the first to the constructor."""

    def split(case: Case) -> Made:
        held = dict(zip(names, case.positional[1:], strict=False))
        return {**held, **case.named}, Case(case.positional[:1])

    return cases.map(split)


def called_with_two(cases: st.SearchStrategy[Case]) -> st.SearchStrategy[Made]:
    return cases.map(lambda case: (case.named, Case(case.positional)))


CLASSES = ("CrossEntropyLoss", "NLLLoss")
DISTANCES = (
    "MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss", "KLDivLoss", "BCELoss", "BCEWithLogitsLoss",
)  # fmt: skip
DIM = {"dim": number(-1)}
SPECIAL: dict[str, st.SearchStrategy[Made]] = {
    "Linear": last("in_features", "out_features"),
    "Embedding": lookups(),
    "LayerNorm": norms(),
    "RMSNorm": norms(),
    "GroupNorm": channel_norms("num_channels", (3, 4)),
    "BatchNorm1d": channel_norms("num_features", (2, 4)),
    "BatchNorm2d": channel_norms("num_features", (3, 4)),
    "BatchNorm3d": channel_norms("num_features", (4, 5)),
    **{f"Conv{n}d": convolutions(n) for n in (1, 2, 3)},
    "MultiheadAttention": attentions(),
    **dict.fromkeys(("LSTM", "GRU", "RNN"), recurrent()),
    **dict.fromkeys(("Softmax", "LogSoftmax", "Softmin", "GLU"), alone(**DIM)),
    "Threshold": alone(threshold=Constant(0.5), value=Constant(0.25)),
    "Flatten": alone(),
    "Unflatten": unflattened(),
    "Upsample": made_of(resolutions(), "size", "scale_factor"),
    "PixelShuffle": made_of(shuffles(back=False), "upscale_factor"),
    "PixelUnshuffle": made_of(shuffles(back=True), "downscale_factor"),
    **{f"MaxPool{n}d": made_of(pools(n, dilation=True), "kernel_size") for n in (1, 2)},
    **{f"AvgPool{n}d": made_of(pools(n, dilation=False), "kernel_size") for n in (1, 2)},
    **{
        f"Adaptive{kind}Pool{n}d": alone(output_size=number(3))
        for kind in ("Avg", "Max")
        for n in (1, 2)
    },
    "CosineSimilarity": called_with_two(alike(least=2)),
    **dict.fromkeys(CLASSES, called_with_two(classified(probabilities=False))),
    **dict.fromkeys(DISTANCES, called_with_two(alike(reduction=True))),
}
DECIDED = {
    *("Linear", "Embedding", "LayerNorm", "RMSNorm", "BatchNorm1d", "BatchNorm2d", "BatchNorm3d"),
    *("MultiheadAttention", "LSTM", "GRU", "RNN", "CosineSimilarity", *CLASSES, *DISTANCES),
}
"""Those that refuse only what a rule can see."""
UNTRIED = {
    *(f"ConvTranspose{n}d" for n in (1, 2, 3)),  # the meta device does not compare channels
    "LazyLinear",  # the meta device cannot make its weights
    "TransformerEncoderLayer",  # tried by itself
}


def _asked(kind: str, made: Mapping[str, Value], case: Case) -> Value | Refused | None:
    try:
        return layer(kind, made, case.positional[0], Known(), *case.positional[1:])
    except Refused as refused:
        return refused
    except Unsure:
        return None


def _truth(kind: str, made: Mapping[str, Value], case: Case, world: World) -> object:
    numbers = {name: real(value, world, "meta") for name, value in made.items()}
    if kind in CLASSES:
        return called(lambda *inputs: classify(*inputs, **numbers), case, world)
    form = getattr(torch.nn, kind)
    return called(lambda *inputs: form(**numbers).to("meta")(*inputs), case, world)


@pytest.mark.parametrize("kind", sorted(LAYERS.keys() - UNTRIED))
@torch.no_grad()
def test_a_layer_gives_what_the_real_one_gives(kind: str) -> None:
    outcomes = Counter[str]()

    @settings(max_examples=50, suppress_health_check=list(HealthCheck), deadline=None)
    @given(SPECIAL.get(kind, alone()), worlds(), worlds())
    def agree(drawn: Made, first: World, second: World) -> None:
        with torch.device("meta"):
            outcomes[_judged(kind, *drawn, (first, second))] += 1

    agree()
    assert outcomes["fits"] > 0
    assert kind not in DECIDED or outcomes["missed"] <= outcomes["caught"], outcomes


def _judged(kind: str, made: Mapping[str, Value], case: Case, worlds: tuple[World, ...]) -> str:
    try:
        results = [_truth(kind, made, case, world) for world in worlds]
    except Impossible:
        return "impossible"
    answer = _asked(kind, made, case)
    if isinstance(answer, Refused):
        assert None in results, f"{kind}{made} takes {case}: {answer.sentence}"
        return "caught"
    if None in results:
        return "missed" if plain(case) else "refused"
    if answer is None:
        return "unsure"
    for result, world in zip(results, worlds, strict=True):
        assert fits(answer, result, world), f"{kind}{made} of {case} is not {answer}"
    tensors = answer.values[:1] if isinstance(answer, Items) else (answer,)
    told = all(isinstance(one, Tensor) and definite(one) for one in tensors)
    return "fits" if told else "unsure"


@pytest.mark.parametrize("kind", ["Linear", "Embedding", "Conv2d"])
def test_a_layer_of_unknown_sizes_is_silent(kind: str) -> None:
    x = Tensor(
        (axis("b"), axis("t"), axis("h"), axis("c")), INT64 if kind == "Embedding" else FLOAT32
    )
    result = layer(kind, {}, x, Known())
    assert isinstance(result, Tensor)
    assert not definite(result)


def test_a_linear_layer_of_one_width_keeps_the_label() -> None:
    width = Whole(Size.symbol("{width}"))
    x = Tensor((axis("b"), axis("c")), FLOAT32)
    result = layer("Linear", {"in_features": width, "out_features": width}, x, Known())
    assert result == Tensor((axis("b"), Axis(Size.symbol("{width}"), "c")), FLOAT32)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_transposed_convolution_replaces_channels(count: int) -> None:
    x = _tensor((axis("b"), axis("c"), *(axis("t"),) * count))
    made = {"in_channels": number(Size.symbol("c")), "out_channels": number(7)}
    result = layer(f"ConvTranspose{count}d", made, x, Known())
    assert result == _tensor((axis("b"), fixed(7), *(Axis(None),) * count))
    with pytest.raises(Refused):
        layer(f"ConvTranspose{count}d", {"in_channels": number(Size.symbol("s"))}, x, Known())


@pytest.mark.parametrize("kind", ["TransformerEncoderLayer", "MultiheadAttention"])
def test_a_transformer_s_width_is_that_of_the_tensor(kind: str) -> None:
    name = "embed_dim" if kind == "MultiheadAttention" else "d_model"
    x = _tensor((axis("t"), axis("b"), fixed(12)))
    result = layer(kind, {name: number(12)}, x, Known())
    assert x in (result, result.values[0] if isinstance(result, Items) else None)
    with pytest.raises(Refused):
        layer(kind, {name: number(8)}, x, Known())


def test_what_is_no_layer_of_torch_is_unsure() -> None:
    with pytest.raises(Unsure):
        layer("Mystery", {}, Tensor((axis("b"),), FLOAT32), Known())
