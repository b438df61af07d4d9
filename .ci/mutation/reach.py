"""Which tests execute which lines: recorded once for each test file, in a fork of its own.

Alone, because a cache that one file fills would hide the lines from the next. What runs while the
package is imported belongs to every test of the file. What torch.compile reads it never runs, so
a file that compiles counts as reaching every line.
"""

import hashlib
import json
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from mutation.forked import ROOT, ended, fork, run_tests

_PACKAGE = str(ROOT / "src" / "typed_rope")
_LONGEST = 1800.0
_TRACED = 50  # times slower than untraced, at most


@dataclass(frozen=True)
class Reached:
    """What one test file reaches."""

    tests: str
    seconds: float
    compiles: bool
    always: dict[str, set[int]]
    """The lines of each file that are run by importing it."""
    each: dict[str, tuple[float, dict[str, set[int]]]]
    """The seconds of each test, and the lines of each file that it runs."""

    def covers(self, path: Path, lines: range) -> bool:
        """Tell whether its tests could notice a change of these lines."""
        return self.compiles or bool(self.imports(path, lines) or self.covering(path, lines))

    def imports(self, path: Path, lines: range) -> bool:
        """Tell whether these lines run while the package is imported."""
        return not self.always.get(str(path), set()).isdisjoint(lines)

    def covering(self, path: Path, lines: range) -> list[str]:
        """Name the tests that run these lines, the fastest first."""
        hit = [
            n
            for n, (_, ran) in self.each.items()
            if not ran.get(str(path), set()).isdisjoint(lines)
        ]
        return sorted(hit, key=lambda name: self.each[name][0])


class _Recorder:
    """A pytest plugin that notes the lines of the package that each test runs."""

    def __init__(self) -> None:
        self.now = ""
        self.lines: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        self.seconds: dict[str, float] = {}

    def trace(self, frame: FrameType, event: str, argument: object) -> Any:
        path = frame.f_code.co_filename
        if not path.startswith(_PACKAGE):
            return None
        self.lines[self.now][path].add(frame.f_lineno)

        def line(inner: FrameType, event: str, argument: object) -> Any:
            self.lines[self.now][path].add(inner.f_lineno)
            return line

        return line

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.now, started = item.nodeid, time.monotonic()
        yield
        self.seconds[item.nodeid] = time.monotonic() - started
        self.now = ""


def reached(tests: str, cache: Path) -> Reached:
    """Record what a test file reaches, or read what was recorded of the same code."""
    found = cache / f"{_digest(tests)}.json"
    if not found.exists():
        cache.mkdir(parents=True, exist_ok=True)
        started = time.monotonic()
        with tempfile.NamedTemporaryFile(suffix=".json", dir=cache) as kept:
            running = fork(lambda: _record(tests, Path(kept.name)), _LONGEST)
            while (code := ended(running)) is None:
                time.sleep(0.02)
            if code != 0:
                raise SystemExit(
                    f"{tests} does not pass on the code as it is (it ended with {code})."
                )
            record = json.loads(Path(kept.name).read_text(encoding="utf-8"))
        record["seconds"] = time.monotonic() - started
        found.write_text(json.dumps(record), encoding="utf-8")
    record = json.loads(found.read_text(encoding="utf-8"))
    lines = {name: {p: set(n) for p, n in ran.items()} for name, ran in record["lines"].items()}
    each = {name: (took, lines.get(name, {})) for name, took in record["each"].items()}
    text = (ROOT / tests).read_text(encoding="utf-8")
    compiles = "torch.compile" in text or "torch.export" in text
    return Reached(tests, record["seconds"], compiles, lines.get("", {}), each)


def _record(tests: str, kept: Path) -> int:
    recorder = _Recorder()
    threading.settrace(recorder.trace)
    sys.settrace(recorder.trace)
    code = run_tests([tests], None, recorder, slower=_TRACED)
    sys.settrace(None)
    lines = {n: {p: sorted(at) for p, at in ran.items()} for n, ran in recorder.lines.items()}
    kept.write_text(json.dumps({"lines": lines, "each": recorder.seconds}), encoding="utf-8")
    return code


def _digest(tests: str) -> str:
    whole = hashlib.sha256(tests.encode())
    for path in [ROOT / tests, *sorted(Path(_PACKAGE).rglob("*.py"))]:
        whole.update(path.read_bytes())
    return whole.hexdigest()[:24]
