"""Text to token ids and back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from typed_rope.checking import typed
from typed_rope.models.extras import need


@typed
@dataclass(frozen=True, kw_only=True)
class Tokenizer:
    """A model's vocabulary, and the words that it uses for beginnings, ends and conversations.

    `tokens` is the text of every token, by id; `bos` and `eos` are the ids that begin and end a
    text, `stop` all ids that end an answer; `adds_bos` says that every text begins with `bos`.
    `to_ids` and `to_text` do the work.
    """

    tokens: Sequence[str]
    bos: int | None
    eos: int | None
    stop: tuple[int, ...]
    adds_bos: bool
    template: str | None
    to_ids: Callable[[str], list[int]]
    to_text: Callable[[list[int]], str]

    @typed
    def encode(self, text: str) -> list[int]:
        """Split a text into the ids of its tokens.

        Convention: a special token written out in the text is read as that token; the beginning of
            the text is marked only if the model was trained so.
        """
        return self._with_bos(self.to_ids(text))

    @typed
    def decode(self, ids: Iterable[int]) -> str:
        """Join the texts of tokens, special ones included; broken UTF-8 shows as U+FFFD.

        Raises: ValueError if an id is outside the vocabulary.
        """
        ids = list(ids)
        foreign = sorted({token for token in ids if not 0 <= token < len(self.tokens)})
        if foreign:
            raise ValueError(
                f"Tokenizer.decode: token ids must lie in 0…{len(self.tokens) - 1}, got {foreign}."
            )
        return self.to_text(ids)

    @typed
    def encode_chat(self, messages: Sequence[Mapping[str, str]]) -> list[int]:
        """Write a conversation as the model was trained to read it, up to where it answers.

        Each message has a `role`, such as "user", and a `content`.

        Raises: ValueError if the model has no template for conversations, or its template refuses
            this one.
        """
        if self.template is None:
            raise ValueError("Tokenizer.encode_chat: the model has no chat template; use encode.")
        jinja2 = need("jinja2.sandbox", purpose="A chat template")
        # Templates come with the model, from anyone: they run in a sandbox.
        environment = jinja2.ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
        environment.globals["raise_exception"] = _refuse_conversation
        text = environment.from_string(self.template).render(
            messages=list(messages),
            add_generation_prompt=True,
            bos_token="" if self.bos is None else self.tokens[self.bos],
            eos_token="" if self.eos is None else self.tokens[self.eos],
        )
        return self._with_bos(self.to_ids(text))

    @typed
    def _with_bos(self, ids: list[int]) -> list[int]:
        if not self.adds_bos or self.bos is None or ids[:1] == [self.bos]:
            return ids
        return [self.bos, *ids]


@typed
def _refuse_conversation(reason: str) -> None:
    """Let a template say what is wrong, under the name that templates call."""
    raise ValueError(f"Tokenizer.encode_chat: the model's template says: {reason}")


__all__ = ["Tokenizer"]
