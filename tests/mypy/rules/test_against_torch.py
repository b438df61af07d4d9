"""Every rule says what torch does, for random axes and random distinct sizes."""

from collections import Counter

import pytest
from cases import TRIALS
from hypothesis import HealthCheck, given, settings
from judged import judge

from drawn import Case, World, worlds
from typed_rope.mypy.rules import RULES

LEAST = 20  # a share of fewer calls says nothing


def _examples() -> int:
    return 1000 if settings.get_current_profile_name() == "thorough" else 50


@pytest.mark.parametrize("name", sorted(TRIALS))
def test_a_rule_says_what_torch_does(name: str) -> None:
    trial, outcomes = TRIALS[name], Counter[str]()

    @settings(max_examples=_examples(), suppress_health_check=list(HealthCheck))
    @given(trial.cases, worlds(), worlds(), worlds())
    def agree(case: Case, first: World, second: World, third: World) -> None:
        outcomes[judge(name, trial, case, first, (second, third))] += 1

    agree()
    accepted = outcomes["definite"] + outcomes["unsure"]
    refused = outcomes["caught"] + outcomes["missed"]
    assert accepted > 0, f"torch accepts none of the calls: {outcomes}"
    assert outcomes["definite"] >= trial.definite * accepted, outcomes
    assert refused < LEAST or outcomes["caught"] >= trial.refused * refused, outcomes


def test_every_rule_has_a_trial() -> None:
    assert sorted(RULES) == sorted(TRIALS)
