"""What every test shares: reproducible random numbers, and the pace of the property tests."""

import os
import sys
from collections.abc import Iterator

import pytest
import torch
from hypothesis import HealthCheck, settings

# `ci` draws the same examples in every run, so that a red run can be repeated; `dev` searches anew.
# Neither has a deadline: the first call of a checked function compiles its guard.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile(
    "dev", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

# The tensors here are small: on two busy cores, threads that wait for each other take most of the
# time (the tests of the models 244 s, and 19 s with one).
torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _same_random_numbers() -> None:
    torch.manual_seed(20231023)


@pytest.fixture(autouse=True)
def _same_limit_of_recursion() -> Iterator[None]:
    """Take back what mypy does to the limit where it runs in this process."""
    limit = sys.getrecursionlimit()
    yield
    sys.setrecursionlimit(limit)
