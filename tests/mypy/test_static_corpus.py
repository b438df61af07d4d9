"""Every planted bug is reported on its line, and nothing else is: see `tests/static_corpus`.

`missed.txt` lists the bugs that are not caught, each with the reason. There is no such list of
false alarms.
"""

import importlib
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import jaxtyping
import pytest

CORPUS = Path(__file__).parents[1] / "static_corpus"
PROGRAMS = sorted(CORPUS.glob("*.py"))
BUGS = [path for path in PROGRAMS if path.stem.endswith("_bug")]
RIGHT = [path for path in PROGRAMS if path.stem.endswith("_ok")]
ERROR = re.compile(r"(?P<path>.+?):(?P<line>\d+): error: .*\[(?P<code>[\w-]+)\]$")
NEAR = 2

Run = Callable[[Sequence[Path]], str]
Errors = dict[str, list[tuple[int, str]]]


def missed() -> dict[str, str]:
    lines = (CORPUS / "missed.txt").read_text().splitlines()
    return dict(line.split(maxsplit=1) for line in lines if line)


@pytest.fixture(scope="module")
def errors(run_mypy: Run) -> Errors:
    """Run mypy once over all programs."""
    found: Errors = {path.stem: [] for path in PROGRAMS}
    for match in map(ERROR.match, run_mypy(PROGRAMS).splitlines()):
        if match is not None:
            found[Path(match["path"]).stem].append((int(match["line"]), match["code"]))
    return found


def planted(path: Path) -> int:
    """Find the line of the bug."""
    lines = path.read_text().splitlines()
    (line,) = [number for number, text in enumerate(lines, 1) if "# BUG: " in text]
    return line


@pytest.mark.parametrize("path", BUGS, ids=lambda path: path.stem)
def test_a_planted_bug_is_reported_on_its_line(path: Path, errors: Errors) -> None:
    line = planted(path)
    near = [code for number, code in errors[path.stem] if abs(number - line) <= NEAR]
    caught = any(code in ("shape", "layout") for code in near)
    assert caught != (path.stem in missed()), missed().get(path.stem, errors[path.stem])


@pytest.mark.parametrize("path", BUGS, ids=lambda path: path.stem)
def test_nothing_is_reported_before_the_bug(path: Path, errors: Errors) -> None:
    """Behind it, what follows from the bug may be reported as well."""
    line = planted(path)
    assert [error for error in errors[path.stem] if error[0] < line - NEAR] == []


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_nothing_is_reported_in_a_right_program(path: Path, errors: Errors) -> None:
    assert errors[path.stem] == []


def test_what_is_missed_is_in_the_corpus() -> None:
    assert missed().keys() <= {path.stem for path in BUGS}


def test_twins_differ_on_the_lines_of_the_bug_alone() -> None:
    for path in BUGS:
        twin = path.with_name(path.name.replace("_bug", "_ok"))
        bug, right = path.read_text().splitlines(), twin.read_text().splitlines()
        assert len(bug) == len(right)
        changed = [n for n, (a, b) in enumerate(zip(bug, right, strict=True), 1) if a != b]
        assert planted(path) in changed


def test_plain_mypy_accepts_every_program(run_plain_mypy: Run) -> None:
    assert run_plain_mypy(PROGRAMS).startswith("Success")


@pytest.fixture(scope="module")
def checked_at_run_time() -> Iterator[None]:
    """Have jaxtyping and beartype check the programs."""
    sys.path.insert(0, str(CORPUS))
    names = [path.stem for path in RIGHT]
    with jaxtyping.install_import_hook(names, "beartype.beartype"):
        yield
    sys.path.remove(str(CORPUS))
    for name in names:
        sys.modules.pop(name, None)


@pytest.mark.usefixtures("checked_at_run_time")
@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_a_right_program_runs_under_checks(path: Path) -> None:
    importlib.import_module(path.stem).example()
