"""What mypy says of whole programs: every finding and note, and nothing else.

Each program in `programs/` says in comments below a line what is said of that line:

    # E: message  [code]        an error
    # N: message                a note
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.py"))
SAID = re.compile(r"(?P<path>[^:]+):(?P<line>\d+): (?P<kind>error|note): (?P<text>.*)")
WANTED = re.compile(r"\s*# (?P<kind>[EN]): (?P<text>.*)")
KINDS = {"error": "E", "note": "N"}

Line = tuple[int, str, str]


@pytest.fixture(scope="module")
def said(run_mypy: Callable[[Sequence[Path]], str]) -> dict[str, list[Line]]:
    """Run mypy once over all programs."""
    lines: dict[str, list[Line]] = {path.name: [] for path in PROGRAMS}
    for match in map(SAID.match, run_mypy(PROGRAMS).splitlines()):
        if match is not None:
            kind, text = KINDS[match["kind"]], match["text"]
            lines[Path(match["path"]).name].append((int(match["line"]), kind, text))
    return lines


def wanted(path: Path) -> list[Line]:
    lines: list[Line] = []
    code = 0
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = WANTED.match(line)
        if match is None:
            code = number
        else:
            lines.append((code, match["kind"], match["text"]))
    return lines


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_mypy_says_of_a_program_what_its_comments_say(
    path: Path, said: dict[str, list[Line]]
) -> None:
    assert Counter(said[path.name]) == Counter(wanted(path))
