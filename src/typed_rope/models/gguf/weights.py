"""The weights of a decoder out of a GGUF file.

token_embd             embedding                blk.i.ffn_norm        blocks.i.feed_forward_norm
output_norm            norm                     blk.i.ffn_gate        blocks.i.feed_forward.gate
output                 head                     blk.i.ffn_up          blocks.i.feed_forward.up
blk.i.attn_norm        blocks.i.attention_norm  blk.i.ffn_down        blocks.i.feed_forward.down
blk.i.attn_q, _k, _v   blocks.i.attention.query, .key, .value
blk.i.attn_output      blocks.i.attention.output
"""

from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor

from typed_rope.checking import typed
from typed_rope.models.config import DecoderConfig
from typed_rope.models.decoder import Decoder
from typed_rope.models.gguf.file import GgufFile

_OUTSIDE: Final[Mapping[str, str]] = {
    "embedding": "token_embd",
    "norm": "output_norm",
    "head": "output",
}
_INSIDE: Final[Mapping[str, str]] = {
    "attention_norm": "attn_norm",
    "attention.query": "attn_q",
    "attention.key": "attn_k",
    "attention.value": "attn_v",
    "attention.output": "attn_output",
    "feed_forward_norm": "ffn_norm",
    "feed_forward.gate": "ffn_gate",
    "feed_forward.up": "ffn_up",
    "feed_forward.down": "ffn_down",
}
# Read with the positions, not as a weight.
_ELSEWHERE: Final = ("rope_freqs.weight",)


@typed
def load_decoder(file: GgufFile, config: DecoderConfig) -> Decoder:
    """Build the decoder and give it the file's weights, in float32.

    Raises: ValueError if tensors are missing, misshapen, unknown or in a format that cannot be
        decoded: all of them are listed.
    """
    with torch.device("meta"):
        model = Decoder(config)
    empty = model.state_dict()
    wanted = {_stored_name(name): name for name in empty}
    shapes = {stored: tuple(empty[name].shape) for stored, name in wanted.items()}
    wrong = _wrong_tensors(file, shapes)
    weights: dict[str, Tensor] = {}
    for stored, name in wanted.items():
        if stored in file.tensors:
            try:
                weights[name] = file.tensors[stored].read()
            except NotImplementedError:
                wrong.append(f"{stored} is stored as {file.tensors[stored].kind}, not supported")
    if wrong:
        raise ValueError(
            "\n  ".join([f"load_gguf: {file.path} does not hold the model it describes:", *wrong])
        )
    model.load_state_dict(weights, assign=True)
    return model.eval()


@typed
def _stored_name(name: str) -> str:
    """Translate the name of a decoder's parameter."""
    module = name.removesuffix(".weight")
    if module in _OUTSIDE:
        return f"{_OUTSIDE[module]}.weight"
    _, index, inside = module.split(".", 2)
    return f"blk.{index}.{_INSIDE[inside]}.weight"


@typed
def _wrong_tensors(file: GgufFile, shapes: Mapping[str, tuple[int, ...]]) -> list[str]:
    wrong = [f"{name} is missing" for name in shapes if name not in file.tensors]
    wrong += [
        f"{name} should have the shape {shape}, got {file.tensors[name].shape}"
        for name, shape in shapes.items()
        if name in file.tensors and file.tensors[name].shape != shape
    ]
    wrong += [
        f"{name} is not known"
        for name in file.tensors
        if name not in shapes and name not in _ELSEWHERE
    ]
    return wrong


__all__ = ["load_decoder"]
