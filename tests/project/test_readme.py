"""The pages keep their word: every snippet runs, and prints or raises what stands below it."""

import re
import runpy
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SNIPPETS = runpy.run_path(str(ROOT / ".ci" / "snippets.py"))
PAGES: list[Path] = SNIPPETS["pages"]()


def _outcome(snippet: Any, page: Path, module: ModuleType) -> str:
    """Run one snippet; return what it prints, or the message that it raises on purpose."""
    printed = StringIO()
    try:
        with redirect_stdout(printed):
            exec(compile(str(snippet), str(page), "exec"), module.__dict__)
    except Exception as error:
        if snippet.text is None:
            raise
        return str(error)
    return printed.getvalue().rstrip("\n")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_snippet_of_a_page_does_what_stands_below_it(
    page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType(page.stem.lower())
    monkeypatch.setitem(sys.modules, module.__name__, module)
    for snippet in SNIPPETS["snippets"](page):
        outcome = _outcome(snippet, page, module)
        assert outcome == (snippet.text or "").rstrip("\n"), f"{page.name}, line {snippet.line}"


def test_a_snippet_that_prints_something_else_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("A claim.\n\n```python\nprint(2 + 3)\n```\n\n```text\n6\n```\n")
    (snippet,) = SNIPPETS["snippets"](page)
    assert (snippet.line, snippet.text) == (4, "6\n")
    assert _outcome(snippet, page, ModuleType("page")) == "5"


def test_the_readme_shows_its_promise_on_one_page() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120


@pytest.mark.parametrize("last", ["pytest", "typed_rope demo"])
def test_the_readme_holds_exactly_one_set_up_command_for(last: str) -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    commands = [line for line in lines if line.endswith(f"&& python -m {last}")]
    assert len(commands) == 1
    assert commands[0].startswith("python -m pip install -c constraints.txt -e ")


@pytest.mark.parametrize(
    "page",
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")],
    ids=lambda page: page.relative_to(ROOT).as_posix(),
)
def test_every_link_to_a_file_of_the_project_leads_there(page: Path) -> None:
    targets = re.findall(r"\]\((?!\w+:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert missing == []
