"""The plugin for pytest: shape coverage, ambiguous calls, a marker, checks of an unedited package.

It does nothing until an option or the marker asks for it, and loads torch no earlier than that:
it is installed with the library, and stands in test runs that have nothing to do with tensors.
"""

import json
import sys
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from typed_rope.adoption.finder import Selection, adopt
from typed_rope.adoption.findings import Findings

if TYPE_CHECKING:
    from typed_rope.pytest_plugin.entry import Entry
    from typed_rope.pytest_plugin.recorder import Recorder
    from typed_rope.pytest_plugin.summary import Summary

__all__: list[str] = []

_NAME = "typed_rope_run"
_MARK = "shape_checks"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options; none of them has an effect that was not asked for."""
    group = parser.getgroup("typed_rope", "tensor shapes (typed_rope)")
    group.addoption(
        "--shape-coverage",
        action="append",
        metavar="PACKAGE",
        help="tell for each annotated function of PACKAGE whether its calls had distinct sizes; "
        "may be repeated (ini: shape_coverage)",
    )
    group.addoption("--shape-coverage-json", metavar="FILE", help="write the same as JSON")
    group.addoption(
        "--shape-coverage-fail-under",
        type=float,
        metavar="PERCENT",
        help="fail the run if less was called with distinct sizes",
    )
    group.addoption(
        "--shape-ambiguity",
        action="store_true",
        help="warn of each call that could not have told two axes apart",
    )
    group.addoption(
        "--typed-rope",
        action="append",
        metavar="PACKAGE",
        help="check every function of PACKAGE that is annotated with jaxtyping, without an edit; "
        "may be repeated",
    )
    parser.addini("shape_coverage", "packages of --shape-coverage", type="args", default=[])


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Begin to adopt before a conftest can import the package."""
    packages = frozenset(early_config.known_args_namespace.typed_rope or ())
    run = _Run(packages=packages)
    if packages:
        try:
            run.stack.callback(sys.meta_path.remove, adopt(Selection(packages), run.findings))
        except ValueError as error:
            raise pytest.UsageError(f"--typed-rope: {error}") from None
    early_config.stash[_RUN] = run


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, and set up what was asked for."""
    config.addinivalue_line(
        "markers",
        f'{_MARK}(state): run the test with shape checks "on" or "off"; its fixtures keep theirs',
    )
    run = config.stash.setdefault(_RUN, _Run(packages=frozenset()))
    run.covered = tuple(config.getoption("shape_coverage") or config.getini("shape_coverage"))
    for option in ("shape_coverage_json", "shape_coverage_fail_under"):
        if config.getoption(option) is not None and not run.covered:
            flag = "--" + option.replace("_", "-")
            raise pytest.UsageError(f"{flag} needs --shape-coverage PACKAGE.")
    if run.covered or config.getoption("shape_ambiguity"):
        run.watch(warn=config.getoption("shape_ambiguity"))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop watching."""
    run = config.stash.get(_RUN, None)
    if run is not None:
        run.stack.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a marker that says nothing before any test runs."""
    for item in items:
        _asked_state(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Run a marked test with checks on or off."""
    state = _asked_state(item)
    if state is None:
        return (yield)
    from typed_rope.checking.switch import checks

    # Through a stack: a scope that a generator opens ends for others while that is suspended.
    with ExitStack() as scope:
        scope.enter_context(checks(state))
        return (yield)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Put the calls together; a worker hands them over, and the run may fail of them."""
    run, config = session.config.stash[_RUN], session.config
    run.count()
    if hasattr(config, "workeroutput"):
        config.workeroutput[_NAME] = run.handed_over()
        return
    if run.complaints() and session.exitstatus in (0, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.USAGE_ERROR
    if not run.covered:
        return
    summary = run.summary(config.rootpath)
    path, least = config.getoption("shape_coverage_json"), _least(config)
    if path is not None:
        text = json.dumps(summary.document(), indent=2)
        Path(path).write_text(text + "\n", encoding="utf-8")
    if least is not None and summary.percent < least and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker of pytest-xdist has counted."""
    handed = getattr(node, "workeroutput", {}).get(_NAME)
    if handed is not None:
        node.config.stash[_RUN].take(handed)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the table, and what could not be checked."""
    run = config.stash[_RUN]
    if run.covered and run.recorder is not None:
        summary, least = run.summary(config.rootpath), _least(config)
        terminalreporter.section("shape coverage")
        for line in summary.lines():
            terminalreporter.write_line(line)
        if least is not None and summary.percent < least:
            terminalreporter.write_line(
                f"FAIL: shape coverage of {summary.percent:.1f} % is below {least:g} %", red=True
            )
    if run.packages:
        terminalreporter.section("typed_rope")
        for line in str(run.findings).splitlines():
            terminalreporter.write_line(line)
    for complaint in run.complaints():
        terminalreporter.write_line(f"ERROR: {complaint}", red=True)


class _Run:
    """The state of one run of pytest."""

    def __init__(self, *, packages: frozenset[str]) -> None:
        self.packages = packages
        self.findings = Findings()
        self.covered: tuple[str, ...] = ()
        self.recorder: Recorder | None = None
        self.entries: dict[tuple[str, int], Entry] = {}
        self.stack = ExitStack()

    def watch(self, *, warn: bool) -> None:
        """Watch all calls from now on. Loads torch."""
        from typed_rope.checking.ambiguity import AmbiguityWatcher
        from typed_rope.checking.watching import watched
        from typed_rope.pytest_plugin.recorder import Recorder

        if self.covered:
            self.recorder = Recorder()
            self.stack.enter_context(watched(self.recorder))
        if warn:
            self.stack.enter_context(watched(AmbiguityWatcher()))

    def count(self) -> None:
        """List the functions of the packages as they are now."""
        if not self.covered:
            return
        from typed_rope.pytest_plugin.inventory import inventory

        self._merge(inventory(self.covered, adopted=self.packages))

    def _merge(self, entries: list["Entry"]) -> None:
        for entry in entries:
            known = self.entries.setdefault((entry.file, entry.line), entry)
            if entry.checked and not known.checked:
                self.entries[entry.file, entry.line] = entry

    def handed_over(self) -> dict[str, Any]:
        """Return all that another process needs, in plain values."""
        known = {} if self.recorder is None else self.recorder.calls
        return {
            "calls": [[list(place), asdict(calls)] for place, calls in known.items()],
            "entries": [asdict(entry) for entry in self.entries.values()],
            "modules": sorted(self.findings.modules),
            "checked": sorted(map(list, self.findings.checked)),
            "unchecked": [asdict(entry) for entry in self.findings.unchecked],
        }

    def complaints(self) -> list[str]:
        """Say which packages the run never met: their names may be misspelt."""
        met = {entry.module for entry in self.entries.values()}
        lost = [
            f"--shape-coverage: nothing in {package} is annotated, or there is no such package."
            for package in self.covered
            if not any(map(Selection(frozenset({package})).names, met))
        ]
        lost += [
            f"--typed-rope: no test imported {package}, or there is no such package."
            for package in sorted(self.packages)
            if not any(map(Selection(frozenset({package})).names, self.findings.modules))
        ]
        return lost

    def take(self, handed: dict[str, Any]) -> None:
        """Add what another process has handed over."""
        self.findings.modules.update(handed["modules"])
        self.findings.checked.update((module, name) for module, name in handed["checked"])
        for entry in handed["unchecked"]:
            self.findings.leave(**entry)
        if self.recorder is None:
            return
        from typed_rope.pytest_plugin.entry import Entry
        from typed_rope.pytest_plugin.recorder import Calls

        for (file, line, name), counted in handed["calls"]:
            self.recorder.calls.setdefault((file, line, name), Calls()).add(**counted)
        self._merge([Entry(**entry) for entry in handed["entries"]])

    def summary(self, root: Path) -> "Summary":
        """Put functions and calls together."""
        from typed_rope.pytest_plugin.summary import summarize

        assert self.recorder is not None
        entries = sorted(self.entries.values(), key=lambda entry: (entry.module, entry.line))
        return summarize(entries, self.recorder.calls, root)


_RUN = pytest.StashKey[_Run]()


def _least(config: pytest.Config) -> float | None:
    least: float | None = config.getoption("shape_coverage_fail_under")
    return least


def _asked_state(item: pytest.Item) -> Any:
    mark = item.get_closest_marker(_MARK)
    if mark is None:
        return None
    if mark.kwargs or len(mark.args) != 1 or mark.args[0] not in ("on", "off"):
        written = ", ".join(
            [*map(repr, mark.args), *(f"{k}={v!r}" for k, v in mark.kwargs.items())]
        )
        raise pytest.UsageError(
            f'{item.nodeid}: {_MARK}({written}): write {_MARK}("on") or {_MARK}("off").'
        )
    return mark.args[0]
