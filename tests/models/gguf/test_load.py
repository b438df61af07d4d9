"""From a file to logits, against Llama in float64."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from typed_rope.models import generate, load_gguf

IDS = [5, 190, 17, 2, 88, 41, 133]


def test_the_model_of_a_file_is_llama(
    tiny: Any, tmp_path: Path, llama_of_file: Callable[..., Tensor]
) -> None:
    model, _ = load_gguf(tiny.write(tmp_path / "tiny.gguf"))
    want = llama_of_file(tiny.tensors, IDS)
    assert_close(model(torch.tensor([IDS]))[0].double(), want, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("kind", ["Q8_0", "Q4_1", "F16"])
def test_a_quantised_model_computes_with_what_its_file_holds(
    tiny: Any, tmp_path: Path, llama_of_file: Callable[..., Tensor], kind: str
) -> None:
    matrices = [name for name, tensor in tiny.tensors.items() if tensor.ndim == 2]
    tiny.kinds |= dict.fromkeys(matrices, kind)
    rounded = dict(tiny.tensors)
    for name in matrices:
        number = gguf.GGMLQuantizationType[kind]
        stored = gguf.quants.quantize(tiny.tensors[name].numpy(), number)
        rounded[name] = torch.from_numpy(gguf.quants.dequantize(stored, number))
    model, _ = load_gguf(tiny.write(tmp_path / "tiny.gguf"))
    want = llama_of_file(rounded, IDS)
    assert_close(model(torch.tensor([IDS]))[0].double(), want, rtol=1e-4, atol=1e-4)
    assert (want - llama_of_file(tiny.tensors, IDS)).abs().max() > 1e-4


def test_tied_embeddings_score_with_the_embedding(
    tiny: Any, tmp_path: Path, llama_of_file: Callable[..., Tensor]
) -> None:
    del tiny.tensors["output.weight"]
    model, _ = load_gguf(tiny.write(tmp_path / "tiny.gguf"))
    want = llama_of_file(tiny.tensors, IDS)
    assert_close(model(torch.tensor([IDS]))[0].double(), want, rtol=1e-4, atol=1e-4)


def test_the_tokenizer_speaks_the_models_language(tiny: Any, tmp_path: Path) -> None:
    model, tokenizer = load_gguf(str(tiny.write(tmp_path / "tiny.gguf")))
    ids = torch.tensor([tokenizer.encode("hello 12")])
    answer = generate(model, ids, max_new_tokens=5, stop=tokenizer.stop)
    assert tokenizer.decode(answer[0].tolist()).startswith("hello 12")
