"""The guard gives the verdict of jaxtyping and beartype, and can be seen not to."""

from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from typed_rope.checking import tensor_check

SIGNATURES = 1000  # ten calls of each


@pytest.fixture
def fuzz(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    return import_module("fuzz_guard")


def _disagreements(fuzz: Any, seeds: range, tally: Counter[str]) -> Iterator[str]:
    for seed in seeds:
        for found in fuzz.check(seed, tally):
            yield str(fuzz.smallest(found))


def test_ten_thousand_random_calls_get_the_verdict_of_the_judge(fuzz: Any) -> None:
    tally: Counter[str] = Counter()
    assert list(_disagreements(fuzz, range(SIGNATURES), tally)) == []
    assert tally["cases"] == 10_000
    # Each kind of verdict is common enough for an agreement to mean something.
    assert tally["accepted"] > 5_000
    assert tally["arguments refused"] > 1_000
    assert tally["result refused"] > 200
    assert tally["undecided"] < 1_000
    assert tally["left to the judge"] < 1_000


def test_the_fuzz_finds_a_guard_that_does_not_compare(
    fuzz: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tensor_check.TensorCheck, "_unequal", lambda *_: None)
    assert any(_disagreements(fuzz, range(40), Counter()))
