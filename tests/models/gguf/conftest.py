"""Tiny GGUF files, written with the `gguf` package."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import pytest
import torch
from torch import Tensor

# Pairwise distinct with h/g = 4, d/2 = 12, h*d = 192 and g*d = 48; rows are 64, 160, 192 long,
# whole blocks of a quantised format.
SIZES = {"c": 64, "n": 3, "h": 8, "g": 2, "d": 24, "f": 160, "context": 17}


def _letters() -> dict[int, str]:
    """Return GPT-2's letter for every byte: printable ones stand for themselves."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {
        byte: chr(256 + i) for i, byte in enumerate(hidden)
    }


@dataclass
class TinyFile:
    """The parts of a file, to be spoilt before it is written."""

    metadata: dict[str, Any]
    tensors: dict[str, Tensor]
    kinds: dict[str, str]

    def write(self, path: Path) -> Path:
        writer = gguf.GGUFWriter(path, self.metadata.get("general.architecture", "llama"))
        for key, value in self.metadata.items():
            if key != "general.architecture":
                _add(writer, key, value)
        for name, tensor in self.tensors.items():
            kind = gguf.GGMLQuantizationType[self.kinds.get(name, "F32")]
            writer.add_tensor(name, gguf.quants.quantize(tensor.numpy(), kind), raw_dtype=kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return path


def _add(writer: Any, key: str, value: Any) -> None:
    if isinstance(value, list):
        writer.add_array(key, value)
    else:
        add = {bool: "bool", int: "uint32", float: "float32", str: "string"}[type(value)]
        getattr(writer, f"add_{add}")(key, value)


@pytest.fixture(scope="session")
def tokens() -> list[str]:
    """Return two special tokens, one of the user's, the bytes, and a few merges."""
    return ["<s>", "</s>", "<mark>", *_letters().values(), "he", "ll", "hell", "Ġw", "12"]


@pytest.fixture(scope="session")
def make_tiny(tokens: list[str]) -> Callable[[], TinyFile]:
    return lambda: _tiny(list(tokens))


@pytest.fixture
def tiny(make_tiny: Callable[[], TinyFile]) -> TinyFile:
    return make_tiny()


def _tiny(tokens: list[str]) -> TinyFile:
    tensors = {
        name: torch.rand(shape) + 0.5 if len(shape) == 1 else torch.randn(shape) / shape[1] ** 0.5
        for name, shape in _shapes(len(tokens)).items()
    }
    return TinyFile(metadata=_model() | _vocabulary(tokens), tensors=tensors, kinds={})


def _model() -> dict[str, Any]:
    return {
        "general.architecture": "llama",
        "llama.block_count": SIZES["n"],
        "llama.context_length": SIZES["context"],
        "llama.embedding_length": SIZES["c"],
        "llama.feed_forward_length": SIZES["f"],
        "llama.attention.head_count": SIZES["h"],
        "llama.attention.head_count_kv": SIZES["g"],
        "llama.attention.key_length": SIZES["d"],
        "llama.attention.value_length": SIZES["d"],
        "llama.attention.layer_norm_rms_epsilon": 0.001,
        "llama.rope.freq_base": 100.0,
        "llama.rope.dimension_count": SIZES["d"],
    }


def _vocabulary(tokens: list[str]) -> dict[str, Any]:
    return {
        "llama.vocab_size": len(tokens),
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "smollm",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [3, 3, 4] + [1] * (len(tokens) - 3),
        "tokenizer.ggml.merges": ["h e", "l l", "he ll", "Ġ w", "1 2"],
        "tokenizer.ggml.bos_token_id": 0,
        "tokenizer.ggml.eos_token_id": 1,
    }


def _shapes(vocab: int) -> dict[str, tuple[int, ...]]:
    c, n, h, g, d, f, _ = SIZES.values()
    inside: dict[str, tuple[int, ...]] = {
        "attn_norm": (c,),
        "attn_q": (h * d, c),
        "attn_k": (g * d, c),
        "attn_v": (g * d, c),
        "attn_output": (c, h * d),
        "ffn_norm": (c,),
        "ffn_gate": (f, c),
        "ffn_up": (f, c),
        "ffn_down": (c, f),
    }
    shapes: dict[str, tuple[int, ...]] = {
        "token_embd.weight": (vocab, c),
        "output_norm.weight": (c,),
        "output.weight": (vocab, c),
    }
    for i in range(n):
        shapes |= {f"blk.{i}.{name}.weight": shape for name, shape in inside.items()}
    return shapes


@pytest.fixture
def llama_of_file(llama64: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Return the model as a formula over the names that a file uses."""
    names = {
        "token_embd": "embedding",
        "output_norm": "norm",
        "output": "head",
        "attn_norm": "attention_norm",
        "attn_q": "attention.query",
        "attn_k": "attention.key",
        "attn_v": "attention.value",
        "attn_output": "attention.output",
        "ffn_norm": "feed_forward_norm",
        "ffn_gate": "feed_forward.gate",
        "ffn_up": "feed_forward.up",
        "ffn_down": "feed_forward.down",
    }

    def run(tensors: dict[str, Tensor], ids: list[int], **changed: Any) -> Tensor:
        weights = {}
        for stored, tensor in tensors.items():
            *block, name, _ = stored.split(".")
            place = f"blocks.{block[1]}." if block else ""
            weights[f"{place}{names[name]}.weight"] = tensor
        sizes = {
            "layers": 3,
            "heads": 8,
            "kv_heads": 2,
            "head_dim": 24,
            "theta": 100.0,
            "eps": 1e-3,
        }
        return llama64(weights, ids, **(sizes | changed))

    return run
