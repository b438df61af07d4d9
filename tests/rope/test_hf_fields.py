"""What a configuration contradicts, lacks or says for nothing, is refused or warned of by name."""

from typing import Any

import pytest

from typed_rope.rope.hf_fields import RopeConfigWarning
from typed_rope.rope.scaling import LinearScaling
from typed_rope.rope.spec import RopeSpec

LLAMA3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8192,
}
LLAMA31 = {"model_type": "llama", "hidden_size": 4096, "num_attention_heads": 32}
SMALL: dict[str, Any] = {"head_dim": 64, "rope_theta": 10_000.0}


def _refusal(config: object, *layer: Any) -> str:
    with pytest.raises(ValueError, match=r"^RopeSpec\.from_hf: ") as error:
        RopeSpec.from_hf(config, *layer)
    return str(error.value).removeprefix("RopeSpec.from_hf: ")


def _warning(config: object) -> tuple[RopeSpec | None, str]:
    with pytest.warns(RopeConfigWarning) as caught:
        spec = RopeSpec.from_hf(config)
    (only,) = caught
    return spec, str(only.message).removeprefix("RopeSpec.from_hf: ")


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
