"""Checking again whenever a file changes: mypy's daemon, within this process.

The first check takes as long as any; after it the daemon looks again only at what a change
reaches. What is printed is what has changed: findings that are new, and those that are gone. The
same finding on another line is neither.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from mypy.dmypy_server import Server
from mypy.errors import CompileError

from typed_rope.cli.checking import text
from typed_rope.cli.checking.finding import Finding, read
from typed_rope.cli.checking.forms import FORMS
from typed_rope.cli.checking.preparing import Prepared, RefusedError, prepare
from typed_rope.cli.checking.reporting import Wanted, tell_what_is_in_the_way
from typed_rope.cli.checking.running import Outcome
from typed_rope.demo.progress import Progress
from typed_rope.demo.style import style_of_stdout

_SECONDS: Final = 0.3
_WIDTH: Final = 80

Stamps = dict[str, tuple[int, int]]
"""When each file was written, and how long it is."""


class Daemon:
    """mypy, kept running from one check to the next."""

    def __init__(self, arguments: Sequence[str]) -> None:
        """Keep mypy's arguments; nothing is checked yet."""
        self._arguments = arguments
        self._server: Server | None = None
        self._configuration: str | None = None

    def check(self) -> Outcome:
        """Check what has changed, or everything where a configuration has.

        Raises: RefusedError where mypy refuses its arguments or its configuration.
        """
        prepared = prepare(self._arguments)
        configuration = _contents(prepared.options.config_file)
        if self._server is None or configuration != self._configuration:
            self._configuration = configuration
            self._server = _server(prepared)
        try:
            return _checked(self._server, prepared)
        except Exception:
            # What the daemon remembers may lead it astray: begin once more with nothing.
            self._server = _server(prepared)
            return _checked(self._server, prepared)

    def files(self) -> set[str]:
        """Name the files of the program itself, without what is installed."""
        manager = self._server.fine_grained_manager if self._server is not None else None
        if manager is None:
            return set()
        options = manager.manager.options
        named = {options.config_file} if options.config_file else set()
        paths = {state.path for state in manager.graph.values() if state.path}
        return named | {path for path in paths if not _installed(path)}


def watch(arguments: Sequence[str], paths: Sequence[str], wanted: Wanted) -> int:
    """Check until interrupted; `arguments` are mypy's, `paths` those among them that are watched.

    Returns an exit status where the first check cannot even begin.
    """
    daemon = Daemon(arguments)
    before: list[Finding] | None = None
    seen: Stamps = {}
    progress = Progress()
    while True:
        seen = stamps(daemon.files() | set(python_files(paths)))
        progress.say("checking")
        try:
            outcome = daemon.check()
        except RefusedError as error:
            progress.clear()
            print(error, file=sys.stderr)
            if before is None:
                return 2
        else:
            progress.clear()
            before = _printed(outcome, before, wanted)
        progress.say("waiting for a change")
        # What the first check has found to read is watched from now on.
        seen = {**stamps(daemon.files()), **seen}
        _wait(lambda: stamps(daemon.files() | set(python_files(paths))), seen)
        progress.clear()


def changes(
    before: Sequence[Finding], now: Sequence[Finding]
) -> tuple[list[Finding], list[Finding]]:
    """Tell which findings are new and which are gone; a line number does not make a new one."""
    return _without(now, before), _without(before, now)


def stamps(paths: Iterable[str]) -> Stamps:
    """Look at files; one that is not there is left out."""
    found: Stamps = {}
    for path in paths:
        try:
            status = os.stat(path)
        except OSError:
            continue
        found[path] = (status.st_mtime_ns, status.st_size)
    return found


def python_files(paths: Sequence[str]) -> Iterator[str]:
    """Find the Python files that are named, or lie in a folder that is."""
    for path in paths:
        if os.path.isfile(path):
            yield path
        for folder, inner, names in os.walk(path):
            inner[:] = [name for name in inner if not name.startswith((".", "__pycache__"))]
            yield from (os.path.join(folder, n) for n in names if n.endswith((".py", ".pyi")))


def _wait(look: Callable[[], Stamps], seen: Stamps) -> None:
    while look() == seen:
        time.sleep(_SECONDS)


def _printed(outcome: Outcome, before: list[Finding] | None, wanted: Wanted) -> list[Finding]:
    """Print what has changed, and give what is known now."""
    chosen = wanted.chosen(outcome.findings)
    tell_what_is_in_the_way(outcome, chosen)
    if outcome.blocked:
        return before or []
    new, gone = changes(before or [], chosen)
    style = style_of_stdout()
    for line in FORMS[wanted.output](new, style):
        print(line)
    if wanted.output == "text":
        for finding in gone:
            print(f"{finding.path}: repaired: {finding.message}")
        if new or gone or before is None:
            print(text.summary(chosen, files=outcome.files, every=wanted.every))
    sys.stdout.flush()
    return chosen


def _without(findings: Sequence[Finding], others: Sequence[Finding]) -> list[Finding]:
    left = Counter(map(_what, others))
    remaining: list[Finding] = []
    for finding in findings:
        if left[_what(finding)]:
            left[_what(finding)] -= 1
        else:
            remaining.append(finding)
    return remaining


def _what(finding: Finding) -> tuple[str, str | None, str]:
    return finding.path, finding.code, finding.message


def _server(prepared: Prepared) -> Server:
    # It would write where it listens into a file; nobody but us speaks to it.
    return Server(prepared.options, os.devnull)


def _checked(server: Server, prepared: Prepared) -> Outcome:
    files = len(prepared.sources)
    try:
        answer = server.check(prepared.sources, False, False, _WIDTH)
    except CompileError as error:
        answer = {"out": "\n".join(error.messages), "err": "", "status": 2}
    findings, other = read(f"{answer['out']}\n{answer['err']}".split("\n"))
    return Outcome(
        findings=findings,
        other=[line for line in other if line],
        # Of a file that it cannot read, the daemon tells as of any other error.
        blocked=answer["status"] == 2 or any(f.code == "syntax" for f in findings),
        files=files,
    )


def _contents(path: str | None) -> str | None:
    return Path(path).read_text(encoding="utf-8") if path else None


def _installed(path: str) -> bool:
    return "site-packages" in path or "typeshed" in path
