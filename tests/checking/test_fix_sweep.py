"""The shown fixes keep their promise on the library's own functions, and in time."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

HERE = str(Path(__file__).parent)
EVERY = 6  # of the mistakes; `python tests/checking/fix_sweep.py` makes them all
LONGEST = 0.020  # seconds of the processor


def _script(name: str) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(HERE)
        return import_module(name)


SWEEP, WORST = _script("fix_sweep"), _script("fix_worst")
CALLS = WORST.worst_calls()


@pytest.fixture(scope="module")
def outcomes() -> list[Any]:
    return list(SWEEP.sweep(every=EVERY))


def test_nine_of_ten_refused_calls_are_repaired_by_what_is_shown(outcomes: list[Any]) -> None:
    assert sum(outcome.mistake.kind in SWEEP.ASKED for outcome in outcomes) > 200
    assert SWEEP.share_repaired(outcomes, SWEEP.ASKED) >= 0.9


@pytest.mark.parametrize("kind", ["exchange", "order", "drop", "dtype", "swap", "add"])
def test_nine_of_ten_are_repaired_of_each_kind(kind: str, outcomes: list[Any]) -> None:
    assert SWEEP.share_repaired(outcomes, (kind,)) >= 0.9


def test_no_fix_that_is_shown_is_wrong(outcomes: list[Any]) -> None:
    wrong = [
        (outcome.function, outcome.mistake.what, outcome.fix)
        for outcome in outcomes
        if outcome.verdict == "wrong fix"
    ]
    assert wrong == []


def test_an_exchange_is_undone_and_not_just_made_to_fit(outcomes: list[Any]) -> None:
    repaired = [o for o in outcomes if o.mistake.kind == "exchange" and o.verdict == "repaired"]
    assert sum(outcome.restored for outcome in repaired) >= 0.9 * len(repaired) > 20


@pytest.mark.parametrize("title", CALLS)
def test_an_explanation_takes_20_ms_at_most(title: str) -> None:
    _, explained, _ = WORST.measured(CALLS[title])
    assert explained <= LONGEST


def test_the_sweep_sees_a_fix_that_does_not_help(monkeypatch: pytest.MonkeyPatch) -> None:
    from typed_rope.checking.repairing.change import Change

    monkeypatch.setattr(Change, "of", lambda self, expression: f"{expression}.flatten()")
    outcomes = list(SWEEP.sweep(every=101))
    assert any(outcome.verdict == "wrong fix" for outcome in outcomes)
