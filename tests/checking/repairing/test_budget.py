"""A search ends when its time is over, and a few long pauses are forgiven."""

import time

import pytest

from typed_rope.checking.repairing.budget import Budget

SHORT = 1 / 1024  # a step of a search; sums of it are exact
LONG = 0.004  # more than any step takes


class Clock:
    """Stands still until it is told how much time has passed."""

    def __init__(self) -> None:
        self.now = 5.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(time, "thread_time", found)
    return found


def spent_after(budget: Budget, clock: Clock, *steps: float) -> list[bool]:
    told = []
    for step in steps:
        clock.now += step
        told.append(budget.spent())
    return told


def test_time_is_over_once_more_than_was_given_has_passed(clock: Clock) -> None:
    budget = Budget(4 * SHORT)
    assert spent_after(budget, clock, *[SHORT] * 5) == [False] * 4 + [True]


def test_without_a_number_it_is_twelve_milliseconds(clock: Clock) -> None:
    assert spent_after(Budget(), clock, *[0.0025] * 5) == [False] * 4 + [True]


def test_two_pauses_are_forgiven_and_the_third_is_not(clock: Clock) -> None:
    budget = Budget(2 * SHORT)
    assert spent_after(budget, clock, LONG, SHORT, LONG, SHORT) == [False] * 4
    assert spent_after(budget, clock, LONG) == [True]


def test_a_step_as_long_as_a_pause_has_to_be_is_none(clock: Clock) -> None:
    clock.now = 0.0
    assert spent_after(Budget(0.002), clock, 0.003) == [True]
