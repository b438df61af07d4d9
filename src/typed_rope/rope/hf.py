"""A published configuration, read into the arguments of a `RopeSpec`.

    config ─┬─ hf_layers    the rope parameters of the layer that is asked for
            ├─ hf_scaling   rope type and its keys          ->  scaling
            └─ here         theta, dims, pairing            ->  theta, head_dim, rotary_dim, pairing

What is missing, contradictory or unknown is an error by name, or, where a model is right without
it, a warning by name. Peers' spellings stop here.
"""

from collections.abc import Mapping
from typing import TypedDict

from typed_rope.rope.hf_fields import (
    Fields,
    as_fields,
    listed,
    number,
    refusal,
    spelling,
    warn,
    whole,
)
from typed_rope.rope.hf_layers import rope_parameters
from typed_rope.rope.hf_scaling import read_scaling
from typed_rope.rope.pairing import Pairing
from typed_rope.rope.scaling import Scaling

_THETA = ("rope_theta", "rotary_emb_base")
_FRACTION = ("partial_rotary_factor", "rotary_pct", "rope_pct")
_WIDTH = ("hidden_size", "n_embd")
_HEADS = ("num_attention_heads", "n_head")

# What the code of each model type does; GPT-J, CodeGen, Cohere and GLM turn neighbours.
_HALVES = (
    "gemma", "gemma2", "gpt_neox", "granite", "llama", "mistral", "mixtral", "olmo", "olmo2", "phi",
    "phi3", "qwen2", "qwen2_moe", "qwen3", "qwen3_moe", "stablelm", "starcoder2",
)  # fmt: skip
_INTERLEAVED = ("codegen", "cohere", "ernie4_5", "glm", "glm4", "gptj", "helium")

# Fields that change the rotation in ways that are not read yet: to pass over them would be wrong.
_UNREAD = (
    "global_head_dim", "global_rope_theta", "local_rope_theta", "no_rope_layers",
    "qk_rope_head_dim", "rope_local_base_freq",
)  # fmt: skip
_UNREAD_TYPES = ("cohere2", "deepseek_v2", "deepseek_v3", "llama4", "llama4_text")


class RopeArguments(TypedDict):
    """The arguments of a `RopeSpec`."""

    head_dim: int
    theta: float
    scaling: Scaling | None
    rotary_dim: int
    pairing: Pairing


def read_hf(
    config: object, layer_type: str | None, layer_index: int | None
) -> RopeArguments | None:
    """Read everything that `RopeSpec.from_hf` promises."""
    fields = as_fields(config)
    _refuse_unread(fields)
    parameters = rope_parameters(fields, layer_type, layer_index)
    if parameters is None:
        return None
    head_dim = _head_dim(fields)
    return RopeArguments(
        head_dim=head_dim,
        theta=_theta(fields, parameters),
        scaling=read_scaling(parameters),
        rotary_dim=_rotary_dim(fields, parameters, head_dim),
        pairing=_pairing(fields),
    )


def _refuse_unread(fields: Fields) -> None:
    unread = [name for name in _UNREAD if fields.get(name) is not None]
    if fields.get("model_type") in _UNREAD_TYPES:
        raise refusal(f"model_type {fields['model_type']!r} is not supported yet.")
    if unread:
        raise refusal(f"the rotation depends on {listed(unread)}, which is not supported yet.")


def _head_dim(fields: Fields) -> int:
    if fields.get("head_dim") is not None:
        return whole(fields, "head_dim")
    width, heads = spelling(fields, _WIDTH), spelling(fields, _HEADS)
    if width is None or heads is None:
        inner = [name for name, value in fields.items() if isinstance(value, Mapping)]
        advice = f" If it is inside {listed(inner)}, pass that." if inner else ""
        raise refusal(f"give head_dim, or hidden_size and num_attention_heads.{advice}")
    if whole(fields, heads) < 1 or whole(fields, width) % whole(fields, heads):
        raise refusal(
            f"{heads} must divide {width}, got {heads}={fields[heads]}, {width}={fields[width]}; "
            "give head_dim where it is not the quotient."
        )
    return whole(fields, width) // whole(fields, heads)


def _theta(fields: Fields, parameters: Fields) -> float:
    found = _agreed(fields, parameters, _THETA)
    if found is None:
        warn("no rope_theta; assuming 10000.0, as models did before they said it.")
        return 10_000.0
    return float(found)


def _rotary_dim(fields: Fields, parameters: Fields, head_dim: int) -> int:
    fraction = _agreed(fields, parameters, _FRACTION)
    if fraction is None:
        return head_dim if fields.get("rotary_dim") is None else whole(fields, "rotary_dim")
    r = int(head_dim * fraction)
    if fields.get("rotary_dim") not in (None, r):
        raise refusal(
            f"rotary_dim={fields['rotary_dim']!r} and a fraction of {fraction} of head_dim="
            f"{head_dim} contradict each other; keep the right one."
        )
    return r


def _pairing(fields: Fields) -> Pairing:
    model_type = fields.get("model_type")
    if model_type in _INTERLEAVED:
        return "interleaved"
    if model_type is not None and model_type not in _HALVES:
        warn(f"model_type {model_type!r} is in no table of pairings; assuming 'halves'.")
    return "halves"


def _agreed(fields: Fields, parameters: Fields, names: tuple[str, ...]) -> float | None:
    """Read a field that may stand in the rope parameters, at the top, or in both alike."""
    inner, outer = spelling(parameters, names), spelling(fields, names)
    if inner is None:
        return None if outer is None else number(fields, outer)
    value = number(parameters, inner)
    if outer is not None and number(fields, outer) != value:
        raise refusal(
            f"{outer}={fields[outer]!r} and, among the rope parameters, {inner}={value!r} "
            "contradict each other; keep the right one."
        )
    return value
