import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from typed_rope.cli.checking.finding import Finding
from typed_rope.cli.checking.watching import changes, python_files, stamps

SECONDS = 60.0
FOUND = """\
wrong.py:9: error: rotate: x is "b t h d" for "b h t d": h and t are exchanged  [layout]
wrong.py:9: note: Write: rotate(q.transpose(1, 2), cos)
Found 1 shape or layout error in 1 file (checked 2 source files)
"""
REPAIRED = """\
wrong.py: repaired: rotate: x is "b t h d" for "b h t d": h and t are exchanged
Found no shape or layout error (checked 2 source files)
"""


def _finding(line: int, message: str) -> Finding:
    return Finding(
        path="a.py",
        line=line,
        column=5,
        end_line=line,
        end_column=7,
        severity="error",
        code="shape",
        message=message,
    )


def test_a_finding_that_has_moved_is_neither_new_nor_gone() -> None:
    before = [_finding(3, "one"), _finding(4, "two"), _finding(5, "two")]
    now = [_finding(4, "one"), _finding(8, "two"), _finding(9, "three")]
    new, gone = changes(before, now)
    assert [finding.message for finding in new] == ["three"]
    assert [finding.message for finding in gone] == ["two"]


def test_files_of_folders_are_found_hidden_ones_left(tmp_path: Path) -> None:
    for name in ("a.py", "sub/b.pyi", "sub/c.txt", ".venv/d.py", "sub/__pycache__/e.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = {os.path.relpath(path, tmp_path) for path in python_files([str(tmp_path)])}
    assert found == {"a.py", "sub/b.pyi"}
    assert list(python_files([str(tmp_path / "a.py")])) == [str(tmp_path / "a.py")]


def test_a_file_that_is_not_there_has_no_stamp(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    assert list(stamps([str(tmp_path / "a.py"), str(tmp_path / "b.py")])) == [
        str(tmp_path / "a.py")
    ]


class Watch:
    """A running `typed-rope check --watch`, and what it has printed so far."""

    def __init__(self, folder: Path) -> None:
        self.output, self.errors = folder / "out.txt", folder / "err.txt"
        with self.output.open("w") as output, self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "typed_rope", "check", "--watch", "."],
                stdout=output,
                stderr=errors,
            )

    def waits_for(self, printed: str, said: str = "") -> None:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            if self.output.read_text() == printed and self.errors.read_text() == said:
                return
            time.sleep(0.05)
        assert (self.output.read_text(), self.errors.read_text()) == (printed, said)

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(SECONDS)


@pytest.fixture
def watch(project: Path) -> Iterator[Callable[[], Watch]]:
    started: list[Watch] = []

    def start() -> Watch:
        started.append(Watch(project))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()


def test_what_changes_is_printed_and_nothing_else(
    watch: Callable[[], Watch], project: Path
) -> None:
    running = watch()
    path = project / "wrong.py"
    source = path.read_text()
    running.waits_for(FOUND)
    # A comment above moves the finding, which is no news; what follows would show if it were.
    path.write_text(f"# one more line\n{source}")
    time.sleep(1.0)
    path.write_text(source.replace("rotate(q, cos)", "rotate(q.transpose(1, 2), cos)"))
    running.waits_for(FOUND + REPAIRED)
    path.write_text("x = (\n")
    broken = "wrong.py:2: error: Unexpected EOF while parsing  [syntax]\n"
    running.waits_for(FOUND + REPAIRED, broken)
    path.write_text(source)
    running.waits_for(FOUND + REPAIRED + FOUND, broken)
    assert running.interrupt() == 130


def test_a_new_file_and_a_new_configuration_are_seen(
    watch: Callable[[], Watch], project: Path
) -> None:
    running = watch()
    running.waits_for(FOUND)
    (project / "mypy.ini").write_text("[mypy]\ndisable_error_code = layout\n")
    (project / "new.py").write_text("x = 1\n")
    running.waits_for(FOUND + REPAIRED.replace("2 source", "3 source"))
    assert running.interrupt() == 130
    assert running.errors.read_text() == ""
