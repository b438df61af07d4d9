from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from typed_rope.demo.comparison import (
    TOLERANCE,
    Verdict,
    absent,
    judge,
    logits_by_formula,
    refusal,
)
from typed_rope.demo.faults import FAULTS, FaultName, planted, without_fault
from typed_rope.models import Decoder, token_nll
from typed_rope.modules import Attention

IDS = torch.randint(97, (1, 23), generator=torch.Generator().manual_seed(3))


@pytest.fixture
def judged(model: Decoder) -> dict[str, Verdict]:
    truth = logits_by_formula(model, IDS)
    verdicts = [judge(model, IDS, truth, name="none", trained=True)]
    verdicts += [judge(model, IDS, truth, name=name, trained=True) for name in FAULTS]
    return {verdict.name: verdict for verdict in verdicts}


def test_the_right_model_passes_every_check(judged: dict[str, Verdict]) -> None:
    right = judged["none"]
    assert (right.refusal, right.broken_laws, right.found_by) == (None, (), ())
    assert right.logit_difference <= TOLERANCE


def test_what_finds_each_fault(judged: dict[str, Verdict]) -> None:
    found = {name: judged[name].found_by for name in FAULTS}
    assert found == {
        "layout": ("shapes", "laws", "formula"),
        "pairing": ("formula",),
        "keys": ("laws", "formula"),
        "groups": ("formula",),
    }


@pytest.mark.parametrize("name", FAULTS)
def test_the_loss_is_that_of_the_faulty_model(
    name: FaultName, model: Decoder, judged: dict[str, Verdict]
) -> None:
    with planted(model, FAULTS[name]), torch.no_grad():
        expected = float(token_nll(model, IDS).mean())
    assert judged[name].nll == pytest.approx(expected, rel=1e-6)


def test_the_difference_is_the_largest_of_a_logit(
    model: Decoder, judged: dict[str, Verdict]
) -> None:
    with torch.no_grad():
        right = model(IDS)
        with planted(model, FAULTS["groups"]):
            wrong = model(IDS)
    expected = functional.l1_loss(wrong, right, reduction="none").max()
    assert judged["groups"].logit_difference == pytest.approx(float(expected), abs=1e-5)


def test_the_loss_of_a_model_that_has_learned_nothing_is_not_told(model: Decoder) -> None:
    truth = logits_by_formula(model, IDS)
    assert judge(model, IDS, truth, name="pairing", trained=False).nll is None


def test_the_refusal_of_the_layout_fault_is_the_text_of_its_error(layer: Attention) -> None:
    text = refusal(layer, FAULTS["layout"])
    assert text is not None
    first = "apply_rope: x fits its annotation with h and t exchanged."
    assert text.splitlines()[0] == first


def test_the_right_layer_is_not_refused(layer: Attention) -> None:
    assert refusal(layer, without_fault) is None


@pytest.mark.parametrize(("kv_heads", "missing"), [(1, True), (2, False), (6, True)])
def test_groups_can_be_confused_only_where_there_are_some(
    kv_heads: int, missing: bool, model: Decoder
) -> None:
    other = Decoder(replace(model.config, kv_heads=kv_heads))
    reason = "the model's query heads do not share key/value heads in groups"
    assert absent(other) == ({"groups": reason} if missing else {})


def test_groups_that_cannot_be_confused_change_nothing(model: Decoder) -> None:
    other = Decoder(replace(model.config, kv_heads=6)).eval()
    truth = logits_by_formula(other, IDS)
    assert judge(other, IDS, truth, name="groups", trained=True).within_tolerance
