"""Every rule says what torch does, for random axes and random distinct sizes."""

from collections import Counter
from math import sqrt

import pytest
from cases import TRIALS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judged import judge

from drawn import Case, Trial, World, worlds
from typed_rope.mypy.rules import RULES


def _groups() -> dict[str, list[str]]:
    """Group the names of one rule that are tried alike, by the first of them."""
    groups: dict[tuple[int, int], list[str]] = {}
    for name in sorted(TRIALS):
        groups.setdefault((id(RULES.get(name)), id(TRIALS[name])), []).append(name)
    return {names[0]: names for names in groups.values()}


GROUPS = _groups()


def _examples(names: list[str]) -> int:
    thorough = settings.get_current_profile_name() == "thorough"
    return max(1000 if thorough else 50, 5 * len(names))


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_a_rule_says_what_torch_does(group: str) -> None:
    names, trial, outcomes = GROUPS[group], TRIALS[group], Counter[str]()

    @settings(max_examples=_examples(names), suppress_health_check=list(HealthCheck))
    @given(
        st.sampled_from(names), trial.cases, worlds(), st.lists(worlds(), min_size=2, max_size=2)
    )
    def agree(name: str, case: Case, world: World, others: list[World]) -> None:
        outcomes[judge(name, trial, case, world, others)] += 1

    agree()
    assert_shares(trial, outcomes)


def assert_shares(trial: Trial, outcomes: Counter[str]) -> None:
    """Hold that a rule knows the answer often enough: an answer that is never given is no rule."""
    accepted = outcomes["definite"] + outcomes["unsure"]
    refused = outcomes["caught"] + outcomes["missed"]
    assert accepted > 0, f"torch accepts none of the calls: {outcomes}"
    assert outcomes["definite"] >= _least(trial.definite, accepted), outcomes
    assert outcomes["caught"] >= _least(trial.refused, refused), outcomes


def _least(share: float, count: int) -> float:
    """Allow for chance, which matters where only few calls were drawn."""
    return share * count - 2 * sqrt(count)


def test_every_rule_has_a_trial() -> None:
    assert sorted(RULES) == sorted(TRIALS)
