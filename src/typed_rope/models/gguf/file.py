"""A GGUF file as data: its metadata, and its tensors as they are stored.

"GGUF" version counts │ metadata: key, type, value … │ tensors: name, shape, kind … │ data …
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float32
from torch import Tensor

from typed_rope.checking import typed
from typed_rope.models.extras import need


@typed
@dataclass(frozen=True)
class StoredTensor:
    """A tensor in its file; `shape` is outermost first, `kind` the name of its number format."""

    shape: tuple[int, ...]
    kind: str
    dequantise: Callable[[], Any]

    @typed
    def read(self) -> Float32[Tensor, "..."]:
        """Compute the tensor's values.

        Raises: NotImplementedError if the `gguf` package cannot decode the format.
        """
        values = self.dequantise()
        # Plain float32 arrives as a view of the file, which is read-only and soon closed.
        return torch.from_numpy(values if values.flags.writeable else values.copy())


@typed
@dataclass(frozen=True)
class GgufFile:
    """What a GGUF file holds."""

    path: Path
    metadata: Mapping[str, object]
    tensors: Mapping[str, StoredTensor]


@typed
def open_gguf(path: str | os.PathLike[str]) -> GgufFile:
    """Read the header of a GGUF file; tensors are read when asked for.

    Raises: FileNotFoundError; ValueError if the file is no GGUF file, or cut short or damaged;
        ModuleNotFoundError without the extra `models`.
    Source: the GGUF specification, https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
    """
    gguf = need("gguf", purpose="Reading a GGUF file")
    path = Path(path)
    with path.open("rb") as file:
        magic = file.read(4)
    if magic != b"GGUF":
        raise ValueError(f"load_gguf: {path} is no GGUF file: it begins with {magic!r}.")
    try:
        reader = gguf.GGUFReader(path)
        metadata = {name: field.contents() for name, field in reader.fields.items()}
    # The reader checks nothing itself: what a damaged file leads to depends on where the damage is.
    except Exception as error:
        raise ValueError(
            f"load_gguf: {path} ({path.stat().st_size} bytes) is cut short or damaged, or of a "
            f"version that gguf cannot read; fetch it again. The reader stopped at: {error}"
        ) from None
    if reader.byte_order != "I":
        # The package swaps the bytes of headers, but not those inside quantised blocks.
        raise ValueError(
            f"load_gguf: {path} was written for machines of the other byte order; convert it with "
            "gguf-convert-endian, which comes with the package gguf."
        )
    return GgufFile(path, metadata, {tensor.name: _stored(tensor) for tensor in reader.tensors})


@typed
def _stored(tensor: Any) -> StoredTensor:
    quants = need("gguf.quants", purpose="Reading a GGUF file")
    return StoredTensor(
        shape=tuple(int(size) for size in reversed(tensor.shape)),
        kind=tensor.tensor_type.name,
        dequantise=lambda: quants.dequantize(tensor.data, tensor.tensor_type),
    )


__all__ = ["GgufFile", "StoredTensor", "open_gguf"]
