"""The weights of a file: each in its place, and all that is wrong said at once."""

from pathlib import Path
from typing import Any

import pytest
import torch

from typed_rope.models import Decoder
from typed_rope.models.gguf.config import decoder_config
from typed_rope.models.gguf.file import open_gguf
from typed_rope.models.gguf.weights import load_decoder


def load(tiny: Any, path: Path) -> Decoder:
    file = open_gguf(tiny.write(path / "tiny.gguf"))
    return load_decoder(file, decoder_config(file))


def test_every_weight_is_read_in_float32(tiny: Any, tmp_path: Path) -> None:
    model = load(tiny, tmp_path)
    weights = model.state_dict()
    assert torch.equal(
        weights["blocks.2.feed_forward.up.weight"], tiny.tensors["blk.2.ffn_up.weight"]
    )
    assert all(weight.dtype == torch.float32 for weight in model.parameters())
    assert not any(weight.is_meta for weight in model.parameters())
    assert not model.training


def test_all_that_is_wrong_is_listed_at_once(tiny: Any, tmp_path: Path) -> None:
    del tiny.tensors["blk.0.ffn_up.weight"]
    del tiny.tensors["output_norm.weight"]
    tiny.tensors["blk.1.attn_q.weight"] = tiny.tensors["blk.1.attn_q.weight"].T.contiguous()
    tiny.tensors["blk.2.attn_q.bias"] = torch.zeros(192)
    tiny.tensors["blk.3.attn_norm.weight"] = torch.ones(64)
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        load(tiny, tmp_path)
    assert str(error.value) == (
        f"load_gguf: {tmp_path / 'tiny.gguf'} does not hold the model it describes:\n"
        "  blk.0.ffn_up.weight is missing\n"
        "  output_norm.weight is missing\n"
        "  blk.1.attn_q.weight should have the shape (192, 64), got (64, 192)\n"
        "  blk.2.attn_q.bias is not known\n"
        "  blk.3.attn_norm.weight is not known"
    )


def test_formats_that_cannot_be_decoded_are_listed(
    tiny: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import gguf

    tiny.kinds |= dict.fromkeys(["blk.0.attn_k.weight", "blk.2.ffn_gate.weight"], "Q8_0")
    file = open_gguf(tiny.write(tmp_path / "tiny.gguf"))
    decode = gguf.quants.dequantize

    def without_q8(data: Any, kind: Any) -> Any:
        if kind.name == "Q8_0":
            raise NotImplementedError(kind)
        return decode(data, kind)

    monkeypatch.setattr(gguf.quants, "dequantize", without_q8)
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        load_decoder(file, decoder_config(file))
    assert str(error.value) == (
        f"load_gguf: {tmp_path / 'tiny.gguf'} does not hold the model it describes:\n"
        "  blk.0.attn_k.weight is stored as Q8_0, not supported\n"
        "  blk.2.ffn_gate.weight is stored as Q8_0, not supported"
    )
