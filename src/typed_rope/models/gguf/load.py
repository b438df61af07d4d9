"""From a file to a model that answers."""

import os

from typed_rope.checking import typed
from typed_rope.models.decoder import Decoder
from typed_rope.models.gguf.config import decoder_config
from typed_rope.models.gguf.file import open_gguf
from typed_rope.models.gguf.vocabulary import load_tokenizer
from typed_rope.models.gguf.weights import load_decoder
from typed_rope.models.tokenizer import Tokenizer


@typed
def load_gguf(path: str | os.PathLike[str]) -> tuple[Decoder, Tokenizer]:
    """Load a model of the llama architecture and its tokenizer from one GGUF file.

    Dtype: weights are dequantised to float32.
    Raises: FileNotFoundError; ValueError if the file is damaged, or holds an architecture, a
        tokenizer, tensors or number formats that are not supported; ModuleNotFoundError without
        the extra `models`.
    """
    file = open_gguf(path)
    try:
        config = decoder_config(file)
    except ValueError as error:
        if str(error).startswith("load_gguf: "):
            raise
        raise ValueError(
            f"load_gguf: {file.path} holds sizes that make no model: {error}"
        ) from None
    tokenizer = load_tokenizer(file, vocab=config.vocab)
    return load_decoder(file, config), tokenizer


__all__ = ["load_gguf"]
