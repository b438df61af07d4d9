import sys

import pytest

from typed_rope.demo.style import Style, style_of_stdout


@pytest.mark.parametrize(
    ("terminal", "environment", "colours"),
    [
        (True, {}, True),
        (True, {"NO_COLOR": ""}, True),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
        (False, {}, False),
    ],
)
def test_colours_are_for_terminals_that_want_them(
    terminal: bool,
    environment: dict[str, str],
    colours: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    assert style_of_stdout().colours is colours


def test_without_colours_nothing_is_added() -> None:
    style = Style(colours=False)
    assert style.heading("a") + style.error("b\nc") == "ab\nc"


def test_each_line_of_an_error_is_coloured_on_its_own() -> None:
    assert Style(colours=True).error("b\nc") == "\033[31mb\033[0m\n\033[31mc\033[0m"
