"""The Python snippets of the project's pages, for the tests to run and for mypy to read.

A page is one program: its `python` fences run in order and share their names, at the line numbers
of the page. A `text` fence right after one is what that one prints, or the message it raises.
Called with a folder, writes each page's program there.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_FENCE = re.compile(r"^```python\n(.*?)^```$(?:\n\n^```text\n(.*?)^```$)?", re.M | re.S)


@dataclass(frozen=True)
class Snippet:
    """One `python` fence, the page's line it starts at, and the text that it must produce."""

    code: str
    line: int
    text: str | None

    def __str__(self) -> str:
        """Pad the code with empty lines, so that errors point into the page."""
        return "\n" * (self.line - 1) + self.code


def pages() -> list[Path]:
    """List the pages that hold snippets."""
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))]
    return [page for page in found if snippets(page)]


def snippets(page: Path) -> list[Snippet]:
    """Read a page's snippets, in order."""
    source = page.read_text(encoding="utf-8")
    return [
        Snippet(match[1], source.count("\n", 0, match.start(1)) + 1, match[2])
        for match in _FENCE.finditer(source)
    ]


def program(page: Path) -> str:
    """Join a page's snippets, each at its own line."""
    lines: list[str] = []
    for snippet in snippets(page):
        lines += [""] * (snippet.line - 1 - len(lines)) + snippet.code.splitlines()
    return "\n".join(lines) + "\n"


def main(folder: str) -> None:
    """Write each page's program into the folder, under a name that can be imported."""
    for page in pages():
        name = "_".join(page.relative_to(ROOT).with_suffix("").parts).lower()
        Path(folder, f"{name}.py").write_text(program(page), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
