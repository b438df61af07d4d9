"""The tokenizer's own part: beginnings, conversations and refusals, over a toy alphabet."""

from collections.abc import Callable

import pytest

from typed_rope.models import Tokenizer

TOKENS = ["<s>", "</s>", *"abcdefghijklmnopqrstuvwxyz: \n"]
TEMPLATE = """{% for message in messages %}
    {% if loop.first %}{{ bos_token }}{% endif %}
{{ message.role }}: {{ message.content }}{{ eos_token }}
{% endfor %}
{% if add_generation_prompt %}assistant:{% endif %}
"""


def to_ids(text: str) -> list[int]:
    ids = []
    while text:
        token = next(token for token in TOKENS if text.startswith(token))
        ids.append(TOKENS.index(token))
        text = text.removeprefix(token)
    return ids


def toy(*, adds_bos: bool = False, template: str | None = None) -> Tokenizer:
    return Tokenizer(
        tokens=TOKENS,
        bos=0,
        eos=1,
        stop=(1,),
        adds_bos=adds_bos,
        template=template,
        to_ids=to_ids,
        to_text=lambda ids: "".join(TOKENS[token] for token in ids),
    )


@pytest.mark.parametrize(("adds_bos", "want"), [(False, "abc"), (True, "<s>abc")])
def test_a_text_begins_as_the_model_was_trained(adds_bos: bool, want: str) -> None:
    tokenizer = toy(adds_bos=adds_bos)
    assert tokenizer.decode(tokenizer.encode("abc")) == want


@pytest.mark.parametrize("adds_bos", [False, True])
def test_a_conversation_is_written_as_the_template_says_and_begins_once(adds_bos: bool) -> None:
    tokenizer = toy(adds_bos=adds_bos, template=TEMPLATE)
    messages = [{"role": "system", "content": "be kind"}, {"role": "user", "content": "hi"}]
    assert tokenizer.decode(tokenizer.encode_chat(messages)) == (
        "<s>system: be kind</s>\nuser: hi</s>\nassistant:"
    )


def test_a_template_may_refuse_a_conversation() -> None:
    template = "{% if messages[0].role != 'user' %}{{ raise_exception('users first') }}{% endif %}"
    tokenizer = toy(template=template)
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        tokenizer.encode_chat([{"role": "system", "content": "be kind"}])
    assert str(error.value) == "Tokenizer.encode_chat: the model's template says: users first"


def test_a_template_cannot_reach_out_of_its_sandbox() -> None:
    from jinja2.exceptions import SecurityError

    tokenizer = toy(template="{{ messages.__class__.__mro__[1].__subclasses__() }}")
    with pytest.raises(SecurityError):
        tokenizer.encode_chat([{"role": "user", "content": "hi"}])


def test_ids_outside_the_vocabulary_are_named() -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        toy().decode([2, 99, -1, 99])
    assert str(error.value) == ("Tokenizer.decode: token ids must lie in 0…30, got [-1, 99].")


def test_a_model_without_a_template_says_what_to_use() -> None:
    encode_chat: Callable[..., list[int]] = toy().encode_chat
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        encode_chat([{"role": "user", "content": "hi"}])
    assert str(error.value) == (
        "Tokenizer.encode_chat: the model has no chat template; use encode."
    )
