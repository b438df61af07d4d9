"""What a GGUF file's metadata says of its model.

A key that is not known here may change what the model computes, so it is refused, not skipped.
"""

from collections.abc import Mapping
from typing import Final, TypeVar

from typed_rope.checking import typed
from typed_rope.models.config import DecoderConfig
from typed_rope.models.gguf.file import GgufFile
from typed_rope.models.gguf.rope import rope_spec

V = TypeVar("V")

_REQUIRED: Final[Mapping[str, type]] = {
    "llama.block_count": int,
    "llama.context_length": int,
    "llama.embedding_length": int,
    "llama.feed_forward_length": int,
    "llama.attention.head_count": int,
    "llama.attention.layer_norm_rms_epsilon": float,
}
_OPTIONAL: Final[Mapping[str, type]] = {
    "llama.attention.head_count_kv": int,
    "llama.attention.key_length": int,
    "llama.attention.value_length": int,
    "llama.rope.dimension_count": int,
    "llama.rope.freq_base": float,
    "llama.rope.scaling.type": str,
    "llama.rope.scaling.factor": float,
    "llama.vocab_size": int,
}
# The first two tell how the model was trained; the others add parts unless they are zero.
_WITHOUT_EFFECT: Final = (
    "llama.rope.scaling.finetuned",
    "llama.rope.scaling.original_context_length",
)
_ONLY_ZERO: Final = ("llama.expert_count", "llama.expert_used_count")


@typed
def decoder_config(file: GgufFile) -> DecoderConfig:
    """Read the sizes and the positions of a model of the llama architecture.

    Convention: a file without `output.weight` ties the head to the embedding.
    Raises: ValueError if the architecture is another, or if fields are missing, of another type
        or unknown: all of them are listed.
    """
    architecture = file.metadata.get("general.architecture")
    if architecture != "llama":
        raise ValueError(
            f"load_gguf: {file.path} holds a model of the architecture {architecture!r}; "
            "supported is 'llama'."
        )
    _refuse_fields(file)
    sizes, reals = _of_type(file, int), _of_type(file, float)
    heads = sizes["llama.attention.head_count"]
    return DecoderConfig(
        vocab=_vocab(file, sizes),
        channels=sizes["llama.embedding_length"],
        layers=sizes["llama.block_count"],
        heads=heads,
        kv_heads=sizes.get("llama.attention.head_count_kv", heads),
        feed_forward=sizes["llama.feed_forward_length"],
        context=sizes["llama.context_length"],
        rope=rope_spec(file, head_dim=_head_dim(file, sizes), sizes=sizes, reals=reals),
        norm_eps=reals["llama.attention.layer_norm_rms_epsilon"],
        tied_embeddings="output.weight" not in file.tensors,
    )


@typed
def _refuse_fields(file: GgufFile) -> None:
    found = {key: value for key, value in file.metadata.items() if key.startswith("llama.")}
    known = {**_REQUIRED, **_OPTIONAL}
    wrong = [f"{key} is missing" for key in _REQUIRED if key not in found]
    wrong += [
        f"{key} should be of the type {known[key].__name__}, got {value!r}"
        for key, value in found.items()
        if key in known and not isinstance(value, known[key])
    ]
    wrong += [
        f"{key} = {value!r} is not supported"
        for key, value in found.items()
        if key not in known and key not in _WITHOUT_EFFECT and not (key in _ONLY_ZERO and not value)
    ]
    if wrong:
        raise ValueError("\n  ".join([f"load_gguf: {file.path} has unusable metadata:", *wrong]))


@typed
def _of_type(file: GgufFile, kind: type[V]) -> Mapping[str, V]:
    return {key: value for key, value in file.metadata.items() if isinstance(value, kind)}


@typed
def _vocab(file: GgufFile, sizes: Mapping[str, int]) -> int:
    """Count the tokens, by the embedding's rows where the metadata does not."""
    embedding = file.tensors.get("token_embd.weight")
    rows = embedding.shape[0] if embedding is not None and embedding.shape else 1
    return sizes.get("llama.vocab_size", rows)


@typed
def _head_dim(file: GgufFile, sizes: Mapping[str, int]) -> int:
    channels, heads = sizes["llama.embedding_length"], sizes["llama.attention.head_count"]
    head_dim = sizes.get("llama.attention.key_length", channels // max(heads, 1))
    if sizes.get("llama.attention.value_length", head_dim) != head_dim:
        raise ValueError(
            f"load_gguf: {file.path} has heads of {head_dim} channels for keys and "
            f"{sizes['llama.attention.value_length']} for values; only equal ones are supported."
        )
    return head_dim


__all__ = ["decoder_config"]
