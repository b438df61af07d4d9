import sys

import pytest

from typed_rope.demo.progress import Progress


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Progress:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    return Progress()


def test_a_step_is_wiped_before_the_next_one_is_shown(
    watched: Progress, capsys: pytest.CaptureFixture[str]
) -> None:
    watched.say("long")
    watched.say("b")
    watched.clear()
    assert capsys.readouterr().err == "long …\r      \rb …\r   \r"


def test_what_is_wiped_is_not_wiped_again(
    watched: Progress, capsys: pytest.CaptureFixture[str]
) -> None:
    watched.clear()
    assert capsys.readouterr().err == ""


def test_without_a_terminal_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    progress.say("long")
    progress.clear()
    assert capsys.readouterr() == ("", "")
