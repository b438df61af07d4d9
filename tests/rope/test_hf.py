"""Configurations are those of published models, cut down to the fields that RoPE depends on."""

import warnings
from types import SimpleNamespace
from typing import Any

import pytest

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


def test_reading_leaves_the_configuration_alone() -> None:
    config = LLAMA31 | {"rope_parameters": LLAMA3 | {"rope_theta": 500_000.0}}
    before = {
        key: dict(value) if isinstance(value, dict) else value for key, value in config.items()
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        RopeSpec.from_hf(config)
    assert config == before
