"""Continuing a prompt: the same as without a cache, repeatable, and ending where it should."""

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from typed_rope.models import Decoder, generate

B, T = 3, 5


def prompt(b: int = B, t: int = T) -> Tensor:
    return torch.randint(31, (b, t), generator=torch.Generator().manual_seed(11))


@torch.no_grad()
def greedy(model: Decoder, ids: Tensor, new: int) -> Tensor:
    """Read everything again for every token."""
    for _ in range(new):
        ids = torch.cat([ids, model(ids)[:, -1].argmax(1)[:, None]], 1)
    return ids


@given(b=st.integers(2, 4), t=st.integers(1, 6), new=st.integers(1, 9))
@settings(max_examples=25)
def test_greedy_is_the_likeliest_token_at_every_step(
    model: Decoder, b: int, t: int, new: int
) -> None:
    ids = prompt(b, t)
    assert torch.equal(generate(model, ids, max_new_tokens=new), greedy(model, ids, new))


def test_a_seed_gives_the_same_text_again_and_another_seed_another(model: Decoder) -> None:
    one, same, other = (
        generate(model, prompt(), max_new_tokens=9, temperature=1.5, seed=seed)
        for seed in (4, 4, 5)
    )
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_a_seed_leaves_the_global_generator_alone(model: Decoder) -> None:
    torch.manual_seed(1)
    want = torch.rand(4)
    torch.manual_seed(1)
    generate(model, prompt(), max_new_tokens=3, temperature=1.0, seed=2)
    assert torch.equal(torch.rand(4), want)


def test_without_a_seed_sampling_follows_the_global_generator(model: Decoder) -> None:
    texts = []
    for seed in (8, 8, 9):
        torch.manual_seed(seed)
        texts.append(generate(model, prompt(), max_new_tokens=9, temperature=1.5))
    assert torch.equal(texts[0], texts[1])
    assert not torch.equal(texts[0], texts[2])


@pytest.mark.parametrize("setting", [{"top_k": 1}, {"top_p": 1e-6}], ids=str)
def test_sampling_among_one_token_is_greedy(model: Decoder, setting: dict[str, Any]) -> None:
    got = generate(model, prompt(), max_new_tokens=6, temperature=1.0, seed=3, **setting)
    assert torch.equal(got, greedy(model, prompt(), 6))


def test_a_row_that_stops_repeats_its_stop_token_until_all_have_stopped(model: Decoder) -> None:
    free = greedy(model, prompt(), 12)
    stop = [int(free[1, T]), int(free[0, T + 3])]
    got = generate(model, prompt(), max_new_tokens=12, stop=stop)
    ends, used = [], set()
    for row, text in enumerate(free[:, T:].tolist()):
        end = next((i for i, token in enumerate(text) if token in stop), 11)
        ends.append(end)
        used.add(text[end])
        want = text[: end + 1] + [text[end]] * (got.shape[1] - T - end - 1)
        assert got[row, T:].tolist() == want
    assert used == set(stop)
    assert len(set(ends)) == B
    assert got.shape[1] == T + max(ends) + 1


def test_every_step_is_reported(model: Decoder) -> None:
    seen: list[Tensor] = []
    got = generate(model, prompt(), max_new_tokens=4, on_token=seen.append)
    assert torch.equal(torch.stack(seen, 1), got[:, T:])


def test_the_prompt_is_left_as_it_was(model: Decoder) -> None:
    ids = prompt()
    generate(model, ids, max_new_tokens=4)
    assert torch.equal(ids, prompt())


def test_a_text_may_fill_the_context_to_the_last_token(model: Decoder) -> None:
    assert generate(model, prompt(), max_new_tokens=12).shape == (B, 17)


def test_narrow_ids_stay_narrow(model: Decoder) -> None:
    got = generate(model, prompt().int(), max_new_tokens=4)
    assert got.dtype == torch.int32
    assert torch.equal(got.long(), greedy(model, prompt(), 4))


@pytest.mark.parametrize(
    ("shape", "arguments", "message"),
    [
        (
            (B, 0),
            {},
            "generate: the prompt is empty; give every row at least one token.",
        ),
        (
            (B, 17),
            {},
            "generate: the prompt's 17 tokens fill the model's context of 17; shorten it.",
        ),
        (
            (B, 12),
            {"max_new_tokens": 6},
            "generate: 12 tokens and 6 new ones exceed the model's context of 17; "
            "ask for at most 5 or shorten the prompt.",
        ),
        (
            (B, T),
            {"max_new_tokens": 0},
            "generate: max_new_tokens must be at least 1, got 0.",
        ),
        (
            (B, T),
            {"temperature": -0.5},
            "generate: temperature must be 0 or positive, got -0.5.",
        ),
        (
            (B, T),
            {"temperature": float("nan")},
            "generate: temperature must be 0 or positive, got nan.",
        ),
        (
            (B, T),
            {"temperature": 1.0, "top_k": 0},
            "generate: top_k must be at least 1, got 0.",
        ),
        (
            (B, T),
            {"temperature": 1.0, "top_p": 1.5},
            "generate: top_p must be above 0 and at most 1, got 1.5.",
        ),
        (
            (B, T),
            {"top_k": 5, "seed": 0},
            "generate: top_k and seed would do nothing at temperature 0; "
            "set a temperature, such as 0.8.",
        ),
        (
            (B, T),
            {"temperature": 1.0, "seed": 2**64},
            "generate: seed must fit 64 bits, got 18446744073709551616.",
        ),
        (
            (B, T),
            {"stop": [40, 3, -1]},
            "generate: stop tokens must lie in 0…30, got [-1, 40].",
        ),
    ],
)
def test_what_cannot_be_done_is_refused(
    model: Decoder, shape: tuple[int, int], arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        generate(model, prompt(*shape), **{"max_new_tokens": 3, **arguments})
    assert str(error.value) == message


def test_ids_outside_the_vocabulary_are_named(model: Decoder) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        generate(model, prompt() + 31, max_new_tokens=3)
    assert str(error.value).startswith("Decoder: token ids must lie in 0…30, got ")
