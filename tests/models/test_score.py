"""How well a text is predicted, one token at a time in float64."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from typed_rope.models import Decoder, token_nll

B, T = 3, 7
SIZES = {"layers": 2, "heads": 15, "kv_heads": 5, "head_dim": 8, "theta": 100.0, "eps": 1e-3}


def test_the_score_is_minus_the_log_of_the_next_tokens_chance(
    model: Decoder, llama64: Callable[..., Tensor]
) -> None:
    ids = torch.randint(31, (B, T))
    got = token_nll(model, ids)
    want = torch.zeros(B, T - 1, dtype=torch.float64)
    for row, text in enumerate(ids.tolist()):
        logits = llama64(model.state_dict(), text, **SIZES)
        for i, token in enumerate(text[1:]):
            total = sum(math.exp(value) for value in logits[i].tolist())
            want[row, i] = -math.log(math.exp(float(logits[i, token])) / total)
    assert_close(got.double(), want, rtol=1e-4, atol=1e-4)


def test_narrow_ids_score_the_same(model: Decoder) -> None:
    ids = torch.randint(31, (B, T))
    assert torch.equal(token_nll(model, ids.int()), token_nll(model, ids))


def test_one_token_predicts_nothing_that_is_there(model: Decoder) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        token_nll(model, torch.zeros(B, 1, dtype=torch.long))
    assert str(error.value) == "token_nll: at least 2 tokens a row are needed, got 1."
