"""Reading a GGUF file: what was written is there, and no damage passes in silence."""

from pathlib import Path
from typing import Any

import gguf
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from typed_rope.models.gguf.file import open_gguf


def test_metadata_and_shapes_are_those_written(tiny: Any, tmp_path: Path) -> None:
    file = open_gguf(tiny.write(tmp_path / "tiny.gguf"))
    assert {key: file.metadata[key] for key in tiny.metadata if "epsilon" not in key} == {
        key: value for key, value in tiny.metadata.items() if "epsilon" not in key
    }
    shapes = {name: stored.shape for name, stored in file.tensors.items()}
    assert shapes == {name: tuple(tensor.shape) for name, tensor in tiny.tensors.items()}


@pytest.mark.parametrize("kind", ["F32", "F16", "BF16", "Q8_0", "Q4_1", "Q4_0", "Q5_1"])
def test_values_are_those_of_the_format(tiny: Any, tmp_path: Path, kind: str) -> None:
    name = "blk.1.attn_q.weight"
    tiny.kinds[name] = kind
    stored = open_gguf(tiny.write(tmp_path / "tiny.gguf")).tensors[name]
    assert stored.kind == kind
    steps = {"F32": 0.0, "F16": 1e-3, "BF16": 1e-2, "Q8_0": 1 / 127, "Q4_1": 1 / 15, "Q5_1": 1 / 31}
    # A step of the format is a share of the widest range of a block, here of the whole tensor.
    step = steps.get(kind, 1 / 7) * float(tiny.tensors[name].abs().max())
    assert float((stored.read() - tiny.tensors[name]).abs().max()) <= step


def test_what_is_read_can_be_changed_and_outlives_the_file(tiny: Any, tmp_path: Path) -> None:
    path = tiny.write(tmp_path / "tiny.gguf")
    weight = open_gguf(path).tensors["output_norm.weight"].read()
    path.unlink()
    weight += 1.0
    assert torch.equal(weight, tiny.tensors["output_norm.weight"] + 1.0)


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return a small file that ends with its last tensor's last byte."""
    path = tmp_path_factory.mktemp("intact") / "small.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_array("tokenizer.ggml.tokens", ["a", "bc", "def"])
    writer.add_tensor("output_norm.weight", torch.rand(8).numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path.read_bytes()


@given(share=st.floats(0, 1, exclude_max=True))
# One folder serves all examples: each overwrites the file of the one before.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_cut_short_anywhere_is_refused(intact: bytes, tmp_path: Path, share: float) -> None:
    path = tmp_path / "cut.gguf"
    kept = 4 + int(share * (len(intact) - 4))
    path.write_bytes(intact[:kept])
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        open_gguf(path)
    text, reason = str(error.value).split(" The reader stopped at: ")
    assert reason
    assert text == (
        f"load_gguf: {path} ({kept} bytes) is cut short or damaged, or of a version that gguf "
        "cannot read; fetch it again."
    )


@pytest.mark.parametrize("content", [b"", b"GGU", b"PK\x03\x04 a zip"], ids=repr)
def test_another_kind_of_file_is_named_by_its_beginning(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.gguf"
    path.write_bytes(content)
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        open_gguf(path)
    assert str(error.value) == f"load_gguf: {path} is no GGUF file: it begins with {content[:4]!r}."


def test_a_file_of_the_other_byte_order_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "big.gguf"
    writer = gguf.GGUFWriter(path, "llama", endianess=gguf.GGUFEndian.BIG)
    writer.add_tensor("output_norm.weight", torch.rand(8).numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        open_gguf(path)
    assert str(error.value) == (
        f"load_gguf: {path} was written for machines of the other byte order; convert it with "
        "gguf-convert-endian, which comes with the package gguf."
    )


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_gguf(tmp_path / "missing.gguf")
