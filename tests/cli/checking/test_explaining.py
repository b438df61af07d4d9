"""A page says what it shows: its programs are run through mypy as they stand there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from typed_rope.cli.checking.explaining import PAGES, explain

Check = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("code", PAGES)
def test_the_wrong_program_is_told_so_in_the_pages_words(
    code: str, check: Check, project: Path
) -> None:
    (project / f"wrong_{code}.py").write_text(PAGES[code].wrong)
    status, printed, _ = check(f"wrong_{code}.py", "--", "--no-error-summary")
    said = [line.partition(": ")[2] for line in printed.splitlines()]
    assert (status, "\n".join(said)) == (1, PAGES[code].said)


@pytest.mark.parametrize("code", PAGES)
def test_of_the_repaired_program_nothing_is_said(code: str, check: Check, project: Path) -> None:
    (project / f"right_{code}.py").write_text(PAGES[code].repaired)
    assert check(f"right_{code}.py", "--", "--no-error-summary") == (0, "", "")


@pytest.mark.parametrize("code", PAGES)
def test_a_page_has_both_programs_and_the_way_to_silence_it(code: str) -> None:
    text = explain(code)
    for program in (PAGES[code].wrong, PAGES[code].repaired):
        assert all(line.strip() in text for line in program.splitlines())
    assert f"# type: ignore[{code}]" in text
    assert max(map(len, text.splitlines())) <= 100
