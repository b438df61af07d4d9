"""Which pairing each model type has, and which configurations are not read yet, name by name."""

import warnings
from typing import Any

import pytest

from typed_rope.rope.spec import RopeSpec

SMALL: dict[str, Any] = {"head_dim": 64, "rope_theta": 10_000.0}
HALVES = """gemma gemma2 gpt_neox granite llama mistral mixtral olmo olmo2 phi phi3 qwen2 qwen2_moe
    qwen3 qwen3_moe stablelm starcoder2""".split()
INTERLEAVED = "codegen cohere ernie4_5 glm glm4 gptj helium".split()
PAIRINGS = dict.fromkeys(HALVES, "halves") | dict.fromkeys(INTERLEAVED, "interleaved")


@pytest.mark.parametrize(("model_type", "pairing"), PAIRINGS.items())
def test_a_known_model_type_has_its_pairing_without_a_warning(
    model_type: str, pairing: str
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        spec = RopeSpec.from_hf(SMALL | {"model_type": model_type})
    assert spec is not None
    assert spec.pairing == pairing


@pytest.mark.parametrize(
    "model_type", ["cohere2", "deepseek_v2", "deepseek_v3", "llama4", "llama4_text"]
)
def test_a_model_type_that_is_not_read_yet_is_refused(model_type: str) -> None:
    with pytest.raises(ValueError, match="model_type") as error:
        RopeSpec.from_hf(SMALL | {"model_type": model_type})
    told = f"RopeSpec.from_hf: model_type '{model_type}' is not supported yet."
    assert str(error.value) == told


@pytest.mark.parametrize(
    "name",
    "global_head_dim global_rope_theta local_rope_theta no_rope_layers qk_rope_head_dim "
    "rope_local_base_freq".split(),
)
def test_a_field_that_changes_the_rotation_unread_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=name) as error:
        RopeSpec.from_hf(SMALL | {name: 5})
    told = f"the rotation depends on '{name}', which is not supported yet."
    assert str(error.value) == f"RopeSpec.from_hf: {told}"


@pytest.mark.parametrize("name", ["rope_theta", "rotary_emb_base"])
def test_theta_is_read_under_every_name(name: str) -> None:
    assert RopeSpec.from_hf({"head_dim": 64, name: 5e5}) == RopeSpec(head_dim=64, theta=5e5)


@pytest.mark.parametrize("name", ["partial_rotary_factor", "rotary_pct", "rope_pct"])
def test_the_rotated_fraction_is_read_under_every_name(name: str) -> None:
    assert RopeSpec.from_hf(SMALL | {name: 0.25}) == RopeSpec(head_dim=64, rotary_dim=16)


@pytest.mark.parametrize("width", ["hidden_size", "n_embd"])
@pytest.mark.parametrize("heads", ["num_attention_heads", "n_head"])
def test_the_head_dim_is_width_over_heads_under_every_name(width: str, heads: str) -> None:
    config = {width: 96, heads: 6, "rope_theta": 10_000.0}
    assert RopeSpec.from_hf(config) == RopeSpec(head_dim=16)
