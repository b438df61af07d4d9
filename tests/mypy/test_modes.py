"""A cold run, an incremental one, the daemon and parallel workers find the same.

A program of several files is edited step by step. Comments in it say which lines are in the wrong
after which step, and every way of running mypy has to find those, in the words of a cold run. Its
torch is a stub, to be read at once.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from mypy import api
from mypy.version import __version__ as mypy_version

FOLDER = Path(__file__).resolve().parent
SETTINGS = "[mypy]\nplugins = typed_rope.mypy\nshow_traceback = True\nerror_summary = False\n"
WRONG = re.compile(r"# wrong: (?P<steps>.*)")
SAID = re.compile(r"(?P<path>[^:]+):(?P<line>\d+): error: .*\[(shape|layout)\]")


@dataclass(frozen=True)
class Step:
    """An edit, and the word for who is in the wrong after it."""

    path: str
    old: str
    new: str
    wrong: str

    def do(self) -> None:
        before = Path(self.path).read_text()
        assert self.old in before
        written = Path(self.path).stat().st_mtime
        Path(self.path).write_text(before.replace(self.old, self.new))
        # mypy counts in whole seconds.
        os.utime(self.path, (written + 2, written + 2))


STEPS = (
    Step("shapes.py", "Queries = ", "Queries = ", "heads"),
    Step("shapes.py", '"b h t d"', '"b t h d"', "tokens"),
    Step("shapes.py", '"b t h d"', '"b h t d"', "heads"),
    # Not in exported.py: what is imported there under another name than before, the daemon misses.
    Step("ops.py", "exported import HeadsFirst, Table", "exported import Table", "unknown"),
    Step("ops.py", "import Table", "import Table\nfrom shapes import Keys as HeadsFirst", "moved"),
    Step(
        "ops.py",
        'h t d"]) -> Float[Tensor, "b h t d"]',
        'h t d"]) -> Float[Tensor, "b t h d"]',
        "again",
    ),
    Step("model.py", "return normed(q)", "return normed(q).transpose(1, 2)", "repaired"),
)
Run = Callable[[Sequence[str]], str]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path in (FOLDER / "programs" / "edited").glob("*.py"):
        (tmp_path / path.name).write_text(path.read_text())
    (tmp_path / "mypy.ini").write_text(SETTINGS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MYPYPATH", str(FOLDER / "stubs"))
    return tmp_path


def in_process(arguments: Sequence[str]) -> str:
    output, errors, _ = api.run([*arguments, "."])
    assert errors == ""
    return output


_COLD: dict[str, list[str]] = {}


def said_cold() -> list[str]:
    """Say what a cold run does, and run it once for each state of the program."""
    program = "".join(path.read_text() for path in sorted(Path().glob("*.py")))
    if program not in _COLD:
        _COLD[program] = sorted(in_process(["--cache-dir", "/dev/null"]).splitlines())
    return _COLD[program]


def agrees(output: str, step: Step) -> None:
    """Hold what mypy says against the comments, and against a cold run."""
    found = {
        (match["path"], int(match["line"]))
        for match in map(SAID.match, output.split("\n"))
        if match
    }
    assert found == set(_wrong(step.wrong))
    assert sorted(output.splitlines()) == said_cold()


def _wrong(word: str) -> Iterator[tuple[str, int]]:
    for path in Path().glob("*.py"):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = WRONG.search(line)
            if match is not None and word in match["steps"].split():
                yield path.name, number


@pytest.mark.parametrize(
    "options",
    [[], ["--cache-fine-grained"], ["-n", "2"], ["--sqlite-cache"]],
    ids=["incremental", "fine_grained_cache", "parallel", "sqlite"],
)
def test_a_run_that_remembers_finds_what_a_cold_one_does(options: list[str], program: Path) -> None:
    if "-n" in options and int(mypy_version.partition(".")[0]) < 2:
        pytest.skip("mypy 1 has no workers")
    for step in STEPS:
        step.do()
        agrees(in_process(["--cache-dir", "cache", *options]), step)
    # Nothing has changed: all comes from the cache.
    agrees(in_process(["--cache-dir", "cache", *options]), STEPS[-1])


@pytest.fixture
def daemon(program: Path) -> Iterator[Run]:
    command = [sys.executable, "-m", "mypy.dmypy", "--status-file", str(program / "status.json")]

    def run(arguments: Sequence[str]) -> str:
        done = subprocess.run([*command, *arguments], capture_output=True, text=True)
        assert done.stderr == ""
        return done.stdout

    yield run
    subprocess.run([*command, "kill"], capture_output=True, check=True)


def test_the_daemon_finds_what_a_cold_run_does(daemon: Run) -> None:
    daemon(["start"])
    for step in STEPS:
        step.do()
        agrees(daemon(["check", "."]), step)
    agrees(daemon(["recheck"]), STEPS[-1])


def test_the_daemon_goes_on_from_a_cache(daemon: Run) -> None:
    in_process(["--cache-dir", "cache", "--cache-fine-grained"])
    daemon(["start", "--", "--cache-dir", "cache", "--use-fine-grained-cache"])
    for step in STEPS[1:]:
        step.do()
        agrees(daemon(["check", "."]), step)
