from dataclasses import replace

import pytest
import torch

from typed_rope.demo import cost
from typed_rope.demo.calls import counted
from typed_rope.demo.cost import checks_of_answer, cost_of_call, count_calls, narrow
from typed_rope.models import Decoder, generate
from typed_rope.rope import RopeSpec


def test_the_narrowed_model_makes_the_calls_of_the_whole_one(model: Decoder) -> None:
    with counted() as calls:
        generate(model, torch.arange(13)[None], max_new_tokens=4)
    assert count_calls(narrow(model.config), prompt_tokens=13, new_tokens=4) == calls


def test_a_partly_rotated_model_stays_partly_rotated(model: Decoder) -> None:
    partial = Decoder(replace(model.config, rope=RopeSpec(head_dim=10, rotary_dim=4))).eval()
    with counted() as calls:
        generate(partial, torch.arange(5)[None], max_new_tokens=2)
    assert count_calls(narrow(partial.config), prompt_tokens=5, new_tokens=2) == calls
    rope = narrow(partial.config).config.rope
    assert rope.rotary_dim < rope.head_dim


def test_a_check_costs_something_and_not_much(model: Decoder) -> None:
    assert 0 < cost_of_call(narrow(model.config)) < 200e-6


def test_the_calls_of_an_answer_add_up(model: Decoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost, "cost_of_call", lambda model: 3e-6)
    checks = checks_of_answer(model.config, prompt_tokens=7, new_tokens=5)
    assert checks.calls == sum(checks.by_function.values())
    first = count_calls(narrow(model.config), prompt_tokens=7, new_tokens=1).total()
    assert checks.calls == first + 4 * checks.calls_per_token
    assert (checks.microseconds_per_call, checks.seconds) == (3.0, 3e-6 * checks.calls)


def test_an_answer_may_fill_the_context(model: Decoder) -> None:
    tokens = model.config.context - 1
    assert count_calls(narrow(model.config), prompt_tokens=tokens, new_tokens=2).total() > 0
