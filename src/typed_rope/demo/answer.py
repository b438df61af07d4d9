"""A prompt answered word by word, with a watch."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import torch
from torch import Tensor

from typed_rope.checking import typed
from typed_rope.models import Decoder, Tokenizer, generate


@typed
@dataclass(frozen=True, kw_only=True)
class Answer:
    """A model's answer, and how long it took to read the prompt and to write.

    `tokens_per_second` leaves out the first new token, which comes with reading the prompt; None
    where there was no second one.
    """

    prompt: str
    text: str
    prompt_tokens: int
    new_tokens: int
    read_seconds: float
    write_seconds: float
    tokens_per_second: float | None


class _Writing:
    """An answer while it is written: the tokens, when each came, and the text handed over."""

    def __init__(self, tokenizer: Tokenizer, on_text: Callable[[str], object]) -> None:
        self._tokenizer = tokenizer
        self._on_text = on_text
        self.ids: list[int] = []
        self.times: list[float] = []
        self.text = ""

    def read(self, token: Tensor) -> None:
        self.times.append(perf_counter())
        self.ids.append(int(token[0]))
        text = self.so_far()
        # A letter of several bytes may come in several tokens: it is shown when it is whole.
        if not text.endswith("\ufffd"):
            self.hand_over(text)

    def so_far(self) -> str:
        """Join the tokens without the one that ends an answer."""
        ended = self.ids[-1:] and self.ids[-1] in self._tokenizer.stop
        return self._tokenizer.decode(self.ids[:-1] if ended else self.ids)

    def hand_over(self, text: str) -> None:
        if text != self.text:
            self._on_text(text[len(self.text) :])
            self.text = text


@typed
def answer(
    model: Decoder,
    tokenizer: Tokenizer,
    prompt: str,
    *,
    max_new_tokens: int,
    on_text: Callable[[str], object],
) -> Answer:
    """Answer a prompt greedily, handing over pieces of the text as they are written.

    A model without a template for conversations continues the prompt.

    Raises: ValueError if the prompt and the answer exceed the model's context.
    """
    prompt_ids = encode_prompt(tokenizer, prompt)
    writing = _Writing(tokenizer, on_text)
    started = perf_counter()
    generate(
        model,
        torch.tensor([prompt_ids]),
        max_new_tokens=max_new_tokens,
        stop=tokenizer.stop,
        on_token=writing.read,
    )
    writing.hand_over(writing.so_far())
    seconds = writing.times[-1] - writing.times[0]
    later = len(writing.ids) - 1
    return Answer(
        prompt=prompt,
        text=writing.text,
        prompt_tokens=len(prompt_ids),
        new_tokens=len(writing.ids),
        read_seconds=writing.times[0] - started,
        write_seconds=seconds,
        tokens_per_second=later / seconds if later else None,
    )


@typed
def encode_prompt(tokenizer: Tokenizer, prompt: str) -> list[int]:
    """Write a prompt as the model was trained to read it."""
    if tokenizer.template is None:
        return tokenizer.encode(prompt)
    return tokenizer.encode_chat([{"role": "user", "content": prompt}])
