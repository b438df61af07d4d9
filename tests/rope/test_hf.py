"""Configurations are those of published models, cut down to the fields that RoPE depends on."""

import warnings
from types import SimpleNamespace
from typing import Any

import pytest

from typed_rope.rope.hf_fields import RopeConfigWarning
from typed_rope.rope.scaling import LinearScaling, Llama3Scaling
from typed_rope.rope.spec import RopeSpec

LLAMA3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8192,
}
LLAMA31 = {"model_type": "llama", "hidden_size": 4096, "num_attention_heads": 32}
LLAMA31_SPEC = RopeSpec(
    head_dim=128,
    theta=500_000.0,
    scaling=Llama3Scaling(
        factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=8192
    ),
)
SMALL: dict[str, Any] = {"head_dim": 64, "rope_theta": 10_000.0}
BY_TYPE = {
    "head_dim": 64,
    "layer_types": ["sliding_attention", "sliding_attention", "full_attention"],
    "rope_parameters": {
        "sliding_attention": {"rope_type": "default", "rope_theta": 10_000.0},
        "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1_000_000.0},
    },
}


def _refusal(config: object, *layer: Any) -> str:
    with pytest.raises(ValueError, match=r"^RopeSpec\.from_hf: ") as error:
        RopeSpec.from_hf(config, *layer)
    return str(error.value).removeprefix("RopeSpec.from_hf: ")


def _warning(config: object) -> tuple[RopeSpec | None, str]:
    with pytest.warns(RopeConfigWarning) as caught:
        spec = RopeSpec.from_hf(config)
    (only,) = caught
    return spec, str(only.message).removeprefix("RopeSpec.from_hf: ")


class _Configuration:
    """Stands for a transformers configuration, whose attributes need not be its fields."""

    def to_dict(self) -> dict[str, Any]:
        return LLAMA31 | {"rope_parameters": LLAMA3 | {"rope_theta": 500_000.0}}


@pytest.mark.parametrize(
    "config",
    [
        LLAMA31 | {"rope_theta": 500_000.0, "rope_scaling": LLAMA3},
        LLAMA31 | {"rope_parameters": LLAMA3 | {"rope_theta": 500_000.0}},
        LLAMA31 | {"rope_theta": 500_000.0, "rope_parameters": LLAMA3},
        SimpleNamespace(**LLAMA31, rope_theta=500_000.0, rope_scaling=LLAMA3),
        _Configuration(),
    ],
    ids=["v4", "v5", "v5 with theta outside", "attributes", "to_dict"],
)
def test_llama_31_is_read_in_every_spelling(config: object) -> None:
    assert RopeSpec.from_hf(config) == LLAMA31_SPEC


@pytest.mark.parametrize(
    "fields",
    [
        {"rope_scaling": {"type": "linear", "factor": 4.0}},
        {"rope_scaling": {"rope_type": "linear", "factor": 4}},
        {"rope_scaling": {"rope_type": "linear", "type": "linear", "factor": 4.0}},
        {"rope_parameters": {"rope_type": "linear", "factor": 4.0, "rope_theta": 10_000.0}},
    ],
    ids=["type", "rope_type", "both", "v5"],
)
def test_linear_scaling_is_read_in_every_spelling(fields: dict[str, Any]) -> None:
    assert RopeSpec.from_hf(SMALL | fields) == RopeSpec(
        head_dim=64, scaling=LinearScaling(factor=4.0)
    )


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"rope_scaling": None},
        {"rope_scaling": {"rope_type": "default"}},
        {"rope_parameters": {"rope_theta": 10_000.0}},
        {"rope_parameters": {"rope_theta": 10_000.0, "rope_type": "default", "factor": None}},
    ],
    ids=["nothing", "null", "default", "theta only", "null factor"],
)
def test_default_rope_is_read_in_every_spelling(fields: dict[str, Any]) -> None:
    assert RopeSpec.from_hf(SMALL | fields) == RopeSpec(head_dim=64)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (
            {"model_type": "gpt_neox", "hidden_size": 6144, "num_attention_heads": 64}
            | {"rotary_pct": 0.25, "rotary_emb_base": 10_000},
            RopeSpec(head_dim=96, rotary_dim=24),
        ),
        (
            {"model_type": "gptj", "n_embd": 4096, "n_head": 16, "rotary_dim": 64}
            | {"rope_theta": 10_000},
            RopeSpec(head_dim=256, rotary_dim=64, pairing="interleaved"),
        ),
        (
            {"model_type": "glm4", "head_dim": 128}
            | {"rope_parameters": {"rope_theta": 10_000, "partial_rotary_factor": 0.5}},
            RopeSpec(head_dim=128, rotary_dim=64, pairing="interleaved"),
        ),
        (
            {"model_type": "qwen3", "head_dim": 128, "hidden_size": 1024, "num_attention_heads": 16}
            | {"rope_theta": 1_000_000},
            RopeSpec(head_dim=128, theta=1_000_000.0),
        ),
    ],
    ids=["gpt_neox", "gptj", "glm4", "qwen3"],
)
def test_partial_rotation_and_pairing_follow_the_model(
    config: dict[str, Any], expected: RopeSpec
) -> None:
    assert RopeSpec.from_hf(config) == expected


@pytest.mark.parametrize(
    ("layer", "theta"),
    [
        ({"layer_type": "sliding_attention"}, 10_000.0),
        ({"layer_type": "full_attention"}, 1_000_000.0),
        ({"layer_index": 1}, 10_000.0),
        ({"layer_index": 2}, 1_000_000.0),
        ({"layer_type": "full_attention", "layer_index": 2}, 1_000_000.0),
    ],
    ids=str,
)
def test_parameters_by_layer_type_are_read_for_one_layer(
    layer: dict[str, Any], theta: float
) -> None:
    spec = RopeSpec.from_hf(BY_TYPE, **layer)
    assert spec == RopeSpec(
        head_dim=64,
        theta=theta,
        scaling=LinearScaling(factor=8.0) if theta == 1_000_000.0 else None,
    )


def test_a_layer_without_parameters_has_no_rope() -> None:
    config = BY_TYPE | {"rope_parameters": {"sliding_attention": {**SMALL}, "full_attention": None}}
    assert RopeSpec.from_hf(config, "full_attention") is None


def test_layers_that_are_all_alike_need_no_layer_types() -> None:
    config = SMALL | {"num_hidden_layers": 3}
    assert RopeSpec.from_hf(config, layer_index=2) == RopeSpec(head_dim=64)


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (
            (),
            "rope_parameters differ by layer type and none was asked for; pass layer_type, one of "
            "'sliding_attention' and 'full_attention'.",
        ),
        (
            ("global",),
            "no layer is of type 'global'; layer_types has 'full_attention' and "
            "'sliding_attention'.",
        ),
        (
            ("full_attention", 0),
            "layer 0 is of type 'sliding_attention', not 'full_attention'; pass layer_type or "
            "layer_index, not both.",
        ),
        ((None, 3), "layer_index must be at least 0 and below 3, got 3."),
        ((None, -1), "layer_index must be at least 0 and below 3, got -1."),
    ],
    ids=["none", "unknown", "contradiction", "beyond", "negative"],
)
def test_a_layer_that_is_not_there_is_refused(layer: tuple[Any, ...], message: str) -> None:
    assert _refusal(BY_TYPE, *layer) == message


@pytest.mark.parametrize("name", ["yarn", "longrope", "dynamic", "su"])
def test_rope_types_not_supported_are_refused_by_name(name: str) -> None:
    told = _refusal(SMALL | {"rope_scaling": {"rope_type": name, "factor": 4.0}})
    assert told == (
        f"rope type '{name}' is not supported; supported are 'default', 'linear' and 'llama3'."
    )


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "two thetas": (
        SMALL | {"rope_parameters": {"rope_theta": 5e5}},
        "rope_theta=10000.0 and, among the rope parameters, rope_theta=500000.0 contradict each "
        "other; keep the right one.",
    ),
    "two spellings of theta": (
        SMALL | {"rotary_emb_base": 5e5},
        "rope_theta=10000.0 and rotary_emb_base=500000.0 contradict each other; keep the right "
        "one.",
    ),
    "two rope types": (
        SMALL | {"rope_scaling": {"rope_type": "linear", "type": "llama3", "factor": 2.0}},
        "rope_type='linear' and type='llama3' contradict each other.",
    ),
    "two sets of parameters": (
        SMALL | {"rope_scaling": LLAMA3, "rope_parameters": LLAMA3 | {"factor": 4.0}},
        "rope_parameters and rope_scaling contradict each other; keep the right one.",
    ),
    "two rotated parts": (
        SMALL | {"rotary_dim": 32, "partial_rotary_factor": 0.25},
        "rotary_dim=32 and a fraction of 0.25 of head_dim=64 contradict each other; keep the right "
        "one.",
    ),
    "a factor of no type": (
        SMALL | {"rope_scaling": {"factor": 2.0}},
        "no rope_type says what to do with 'factor'; add one.",
    ),
    "missing keys": (
        SMALL | {"rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": None}},
        "rope type 'llama3' needs 'low_freq_factor', 'high_freq_factor' and "
        "'original_max_position_embeddings'.",
    ),
    "text for a number": (
        SMALL | {"rope_scaling": {"rope_type": "linear", "factor": "4"}},
        "factor must be a finite number, got '4'.",
    ),
    "a truth value for a number": (
        SMALL | {"rope_theta": True},
        "rope_theta must be a finite number, got True.",
    ),
    "half a channel": (
        {"head_dim": 64.5, "rope_theta": 1e4},
        "head_dim must be a whole number, got 64.5.",
    ),
    "a list for parameters": (
        SMALL | {"rope_scaling": [2.0]},
        "rope_scaling must be a mapping, got [2.0].",
    ),
    "no dims": (
        {"rope_theta": 1e4},
        "give head_dim, or hidden_size and num_attention_heads.",
    ),
    "dims further in": (
        {"rope_theta": 1e4, "text_config": LLAMA31},
        "give head_dim, or hidden_size and num_attention_heads. If it is inside 'text_config', "
        "pass that.",
    ),
    "heads that do not divide": (
        {"hidden_size": 100, "num_attention_heads": 12, "rope_theta": 1e4},
        "num_attention_heads must divide hidden_size, got num_attention_heads=12, hidden_size=100; "
        "give head_dim where it is not the quotient.",
    ),
    "a field not read yet": (
        SMALL | {"rope_local_base_freq": 1e4},
        "the rotation depends on 'rope_local_base_freq', which is not supported yet.",
    ),
    "a model not read yet": (
        SMALL | {"model_type": "deepseek_v3"},
        "model_type 'deepseek_v3' is not supported yet.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_right_is_refused(case: str) -> None:
    config, message = REFUSED[case]
    assert _refusal(config) == message


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            SMALL | {"head_dim": 7},
            "RopeSpec: head_dim must be even to be rotated in pairs, got 7; give an even "
            "rotary_dim to rotate a part of it.",
        ),
        (
            SMALL | {"partial_rotary_factor": 0.3},
            "RopeSpec: rotary_dim must be even, at least 2 and at most head_dim, got "
            "rotary_dim=19, head_dim=64.",
        ),
        (
            SMALL | {"rope_scaling": {"type": "linear", "factor": 0.5}},
            "LinearScaling: factor must be at least 1.0 and finite, got 0.5.",
        ),
    ],
    ids=["odd head", "odd part", "shrinking factor"],
)
def test_numbers_that_make_no_spec_are_refused_by_the_spec(
    config: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match="must be") as error:
        RopeSpec.from_hf(config)
    assert str(error.value) == message


def test_what_is_no_configuration_is_refused() -> None:
    with pytest.raises(TypeError) as error:
        RopeSpec.from_hf(7)
    assert str(error.value) == (
        "RopeSpec.from_hf: config must be a mapping or a transformers configuration, got int."
    )


def test_keys_that_are_not_used_are_warned_of_by_name() -> None:
    scaling = {"rope_type": "linear", "factor": 4.0, "beta_fast": 32, "mscale": 1.0, "note": None}
    spec, told = _warning(SMALL | {"rope_scaling": scaling})
    assert spec == RopeSpec(head_dim=64, scaling=LinearScaling(factor=4.0))
    assert told == "rope type 'linear' does not use 'beta_fast' and 'mscale'."


def test_a_theta_that_is_assumed_is_warned_of() -> None:
    spec, told = _warning({"model_type": "llama", "head_dim": 64})
    assert spec == RopeSpec(head_dim=64, theta=10_000.0)
    assert told == "no rope_theta; assuming 10000.0, as models did before they said it."


def test_a_pairing_that_is_assumed_is_warned_of() -> None:
    spec, told = _warning(SMALL | {"model_type": "novel"})
    assert spec == RopeSpec(head_dim=64)
    assert told == "model_type 'novel' is in no table of pairings; assuming 'halves'."


def test_reading_leaves_the_configuration_alone() -> None:
    config = LLAMA31 | {"rope_parameters": LLAMA3 | {"rope_theta": 500_000.0}}
    before = {
        key: dict(value) if isinstance(value, dict) else value for key, value in config.items()
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        RopeSpec.from_hf(config)
    assert config == before
