"""The tokenizer of a file: bytes, merges, digits and special tokens, or a clear refusal."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from typed_rope.models import Tokenizer
from typed_rope.models.gguf.file import open_gguf
from typed_rope.models.gguf.vocabulary import load_tokenizer


def read(tiny: Any, path: Path) -> Tokenizer:
    file = open_gguf(tiny.write(path / "tiny.gguf"))
    return load_tokenizer(file, vocab=len(tiny.tensors["token_embd.weight"]))


def texts(tokenizer: Tokenizer, text: str) -> list[str]:
    return [tokenizer.tokens[token] for token in tokenizer.encode(text)]


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("hello", ["hell", "o"]),
        ("hi", ["h", "i"]),
        ("a we", ["a", "Ġw", "e"]),
        ("123", ["1", "2", "3"]),
        ("é", ["Ã", "©"]),
        ("he</s>he", ["he", "</s>", "he"]),
        ("<mark>1", ["<mark>", "1"]),
    ],
)
def test_smollm_merges_words_but_not_digits(
    tiny: Any, tmp_path: Path, text: str, want: list[str]
) -> None:
    assert texts(read(tiny, tmp_path), text) == want


def test_gpt_2_merges_digits(tiny: Any, tmp_path: Path) -> None:
    tiny.metadata["tokenizer.ggml.pre"] = "gpt-2"
    assert texts(read(tiny, tmp_path), "123 hello") == ["12", "3", "Ġ", "hell", "o"]


def test_llama_splits_numbers_by_three_and_begins_with_bos(tiny: Any, tmp_path: Path) -> None:
    tiny.metadata["tokenizer.ggml.pre"] = "llama-bpe"
    # Across the border of three digits 1 and 2 do not meet.
    assert texts(read(tiny, tmp_path), "0012 w") == ["<s>", "0", "0", "1", "2", "Ġw"]


def test_llama_takes_a_word_that_is_a_token_whole(tiny: Any, tmp_path: Path) -> None:
    tiny.metadata["tokenizer.ggml.pre"] = "llama-bpe"
    tiny.metadata["tokenizer.ggml.merges"].remove("he ll")
    assert texts(read(tiny, tmp_path), "hell") == ["<s>", "hell"]


@pytest.fixture(scope="module")
def smollm(make_tiny: Callable[[], Any], tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    return read(make_tiny(), tmp_path_factory.mktemp("smollm"))


@given(text=st.text())
def test_every_text_comes_back(smollm: Tokenizer, text: str) -> None:
    assert smollm.decode(smollm.encode(text)) == text


def test_the_file_says_what_begins_and_ends_a_text(tiny: Any, tmp_path: Path) -> None:
    tiny.metadata["tokenizer.ggml.add_bos_token"] = True
    tiny.metadata["tokenizer.ggml.eot_token_id"] = 2
    tokenizer = read(tiny, tmp_path)
    assert (tokenizer.bos, tokenizer.eos, tokenizer.stop) == (0, 1, (1, 2))
    assert texts(tokenizer, "hi") == ["<s>", "h", "i"]


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        (
            "model",
            "llama",
            "has a tokenizer of the kind 'llama'; supported is 'gpt2', byte-level BPE.",
        ),
        (
            "pre",
            "tekken",
            "splits words by the rule 'tekken'; supported are 'gpt-2', 'smollm', 'llama-bpe'.",
        ),
        (
            "pre",
            None,
            "splits words by the rule None; supported are 'gpt-2', 'smollm', 'llama-bpe'.",
        ),
        ("merges", None, "has no list tokenizer.ggml.merges of the type str."),
        ("token_type", ["a"], "has no list tokenizer.ggml.token_type of the type int."),
        ("token_type", [3, 3], "has 264 tokens, but 2 token types."),
        ("eos_token_id", 9999, "has tokenizer.ggml.eos_token_id = 9999, outside its 264 tokens."),
        ("add_eos_token", True, "ends every text with eos, which is unsupported."),
    ],
)
def test_what_is_not_understood_is_refused(
    tiny: Any, tmp_path: Path, key: str, value: Any, message: str
) -> None:
    tiny.metadata[f"tokenizer.ggml.{key}"] = value
    tiny.metadata = {key: value for key, value in tiny.metadata.items() if value is not None}
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        read(tiny, tmp_path)
    assert str(error.value) == f"load_gguf: {tmp_path / 'tiny.gguf'} {message}"


def test_more_tokens_than_the_model_has_are_refused(tiny: Any, tmp_path: Path) -> None:
    file = open_gguf(tiny.write(tmp_path / "tiny.gguf"))
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        load_tokenizer(file, vocab=200)
    assert str(error.value) == f"load_gguf: {file.path} has 264 tokens, but a model of 200."


def test_two_tokens_of_one_text_are_refused(tiny: Any, tmp_path: Path) -> None:
    tiny.metadata["tokenizer.ggml.tokens"][-1] = "he"
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        read(tiny, tmp_path)
    assert str(error.value) == f"load_gguf: {tmp_path / 'tiny.gguf'} has tokens of the same text."
