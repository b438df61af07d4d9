"""One mutant before the tests of its part: first those that should notice it, then all others.

First comes the test file of the same name as the source, the fastest tests that run the changed
lines in front; then, in another fork, every other file of the part that runs them. A mutant is
killed if a test fails, if the package cannot be imported, or if it needs far more time.
"""

import ast
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from mutation.forked import Fork, ended, fork, run_tests
from mutation.mutants import Mutant, Told
from mutation.reach import Reached


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant."""

    mutant: Mutant
    told: Told
    outcome: str
    """"killed", "timeout" or "survived"."""
    covered: bool
    """Whether any test ran the changed lines."""
    seconds: float


class _Order:
    """A pytest plugin that runs some tests before all others."""

    def __init__(self, first: Sequence[str]) -> None:
        self._rank = {name: place for place, name in enumerate(first)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: self._rank.get(item.nodeid, len(self._rank)))


class Trial:
    """Runs one mutant; `step` is to be called until it tells the verdict."""

    def __init__(self, mutant: Mutant, suite: Sequence[Reached], longest: float) -> None:
        """Make the mutant, choose its tests, and start with the first."""
        self._mutant = mutant
        self._tree, self._told = mutant.make()
        files = [
            r
            for r in suite
            if r.covers(mutant.path, self._told.lines)
            and (r.seconds <= longest or _is_named_after(mutant.path, r))
        ]
        self._groups = iter(_groups(files, mutant.path, self._told.lines))
        self._covered, self._started = bool(files), time.monotonic()
        self._running: Fork | None = None
        self._next()

    def step(self) -> Verdict | None:
        """Look after the fork that runs; the verdict once there is one."""
        if self._running is None:
            return self._verdict("survived")
        code = ended(self._running)
        if code is None:
            return None
        if code == 0:
            self._next()
            return None
        return self._verdict("killed" if code > 0 else "timeout")

    def _verdict(self, outcome: str) -> Verdict:
        took = time.monotonic() - self._started
        return Verdict(self._mutant, self._told, outcome, self._covered, took)

    def _next(self) -> None:
        group = next(self._groups, None)
        if group is None:
            self._running = None
            return
        files = [r.tests for r in group]
        lines, path, tree = self._told.lines, self._mutant.path, self._tree
        first = [name for r in group for name in r.covering(path, lines)]
        seconds = 10 + 4 * sum(r.seconds for r in group)
        self._running = fork(lambda: _judge(files, path, tree, first), seconds)


def _judge(files: list[str], path: Path, tree: ast.Module, first: list[str]) -> int:
    return run_tests(files, (path, tree), _Order(first))


def _is_named_after(path: Path, file: Reached) -> bool:
    return Path(file.tests).stem == f"test_{path.stem}"


def _groups(files: Sequence[Reached], path: Path, lines: range) -> Iterator[list[Reached]]:
    named = [r for r in files if _is_named_after(path, r)]
    others = [r for r in files if r not in named]
    others.sort(key=lambda r: (not r.covering(path, lines), r.seconds))
    if named:
        yield named
    # Small groups first: most mutants die in the first file that runs their lines.
    for size in (2, 4, len(others)):
        group, others = others[:size], others[size:]
        if group:
            yield group
