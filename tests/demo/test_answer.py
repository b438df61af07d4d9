from collections.abc import Callable, Collection

import pytest
import torch
from torch import Tensor

from typed_rope.demo import answer as module
from typed_rope.demo.answer import answer, encode_prompt
from typed_rope.models import Decoder, Tokenizer

STOP = 96


def _bytes(text: str) -> list[int]:
    return list(text.encode())


@pytest.fixture
def tokenizer() -> Tokenizer:
    """Take each byte as a token."""
    return Tokenizer(
        tokens=[f"<{index}>" for index in range(256)],
        bos=None,
        eos=STOP,
        stop=(STOP,),
        adds_bos=False,
        template=None,
        to_ids=_bytes,
        to_text=lambda ids: bytes(ids).decode(errors="replace"),
    )


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[int]], None]:
    """Make the model say given tokens."""

    def say(tokens: list[int]) -> None:
        def generate(
            model: Decoder,
            ids: Tensor,
            *,
            max_new_tokens: int,
            stop: Collection[int],
            on_token: Callable[[Tensor], object],
        ) -> None:
            for token in tokens:
                on_token(torch.tensor([token]))

        monkeypatch.setattr(module, "generate", generate)

    return say


def _pieces(model: Decoder, tokenizer: Tokenizer) -> list[str]:
    pieces: list[str] = []
    answer(model, tokenizer, "ab", max_new_tokens=9, on_text=pieces.append)
    return pieces


def test_pieces_are_handed_over_as_they_come(
    says: Callable[[list[int]], None], model: Decoder, tokenizer: Tokenizer
) -> None:
    says(_bytes("cat"))
    assert _pieces(model, tokenizer) == ["c", "a", "t"]


def test_a_letter_of_several_tokens_is_handed_over_whole(
    says: Callable[[list[int]], None], model: Decoder, tokenizer: Tokenizer
) -> None:
    says(_bytes("é🙂!"))
    assert _pieces(model, tokenizer) == ["é", "🙂", "!"]


def test_a_letter_that_is_never_finished_is_handed_over_at_the_end(
    says: Callable[[list[int]], None], model: Decoder, tokenizer: Tokenizer
) -> None:
    says(_bytes("c🙂")[:-1])
    assert _pieces(model, tokenizer) == ["c", "\ufffd"]


def test_the_token_that_ends_the_answer_is_counted_but_not_shown(
    says: Callable[[list[int]], None], model: Decoder, tokenizer: Tokenizer
) -> None:
    says([*_bytes("cat"), STOP])
    result = answer(model, tokenizer, "ab", max_new_tokens=9, on_text=lambda piece: None)
    assert (result.text, result.new_tokens, result.prompt_tokens) == ("cat", 4, 2)


def test_one_token_has_no_speed(
    says: Callable[[list[int]], None], model: Decoder, tokenizer: Tokenizer
) -> None:
    says(_bytes("c"))
    result = answer(model, tokenizer, "ab", max_new_tokens=1, on_text=lambda piece: None)
    assert result.tokens_per_second is None


def test_a_real_model_is_asked_and_its_tokens_come_back(
    model: Decoder, tokenizer: Tokenizer
) -> None:
    result = answer(model, tokenizer, "!#", max_new_tokens=5, on_text=lambda piece: None)
    assert 1 <= result.new_tokens <= 5
    assert result.prompt_tokens == 2


def test_a_model_without_a_template_continues_the_prompt(tokenizer: Tokenizer) -> None:
    assert encode_prompt(tokenizer, "ab") == _bytes("ab")


def test_a_model_with_a_template_is_asked_by_it() -> None:
    tokenizer = Tokenizer(
        tokens=[],
        bos=None,
        eos=None,
        stop=(),
        adds_bos=False,
        template="{% for m in messages %}{{ m.role }}: {{ m.content }}{% endfor %} reply:",
        to_ids=_bytes,
        to_text=str,
    )
    assert encode_prompt(tokenizer, "ab") == _bytes("user: ab reply:")
