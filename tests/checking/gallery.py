"""Write docs/errors.md: mistakes, what is said of them, and what repairs the call.

    python tests/checking/gallery.py

The cases are those of gallery_*.py; test_gallery.py compares every message as a whole, and the page
with what this command would write.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from typing import Any

from typed_rope.checking import ShapeError

PAGE = Path(__file__).resolve().parents[2] / "docs" / "errors.md"
CHAPTERS = ("layouts", "sizes", "values", "containers", "results", "users")


@dataclass(frozen=True)
class Case:
    """One mistake and the whole message that it leads to."""

    title: str
    code: str
    message: str

    @property
    def text(self) -> str:
        """The message, as the source file shows it."""
        return dedent(self.message).strip("\n")


@dataclass(frozen=True)
class Chapter:
    """Mistakes of one kind, with the functions that they are made with."""

    title: str
    introduction: str
    definitions: str
    cases: Sequence[Case]


def chapters() -> list[Chapter]:
    """Read all chapters."""
    return [import_module(f"gallery_{name}").CHAPTER for name in CHAPTERS]


def defined(chapter: Chapter) -> dict[str, Any]:
    """Run the definitions of a chapter, as if they were a file of their own."""
    names: dict[str, Any] = {"__name__": "model"}
    exec(compile(dedent(chapter.definitions), "model.py", "exec"), names)
    return names


def refused(case: Case, names: Mapping[str, Any]) -> ShapeError:
    """Make the mistake and return what is raised."""
    try:
        exec(compile(dedent(case.code), "script.py", "exec"), {**names, "__name__": "__main__"})
    except ShapeError as error:
        return error
    raise AssertionError(f"{case.title}: not refused")


def page() -> str:
    """Write the page."""
    parts = [_HEAD]
    for chapter in chapters():
        names = defined(chapter)
        parts += [f"## {chapter.title}", chapter.introduction, _fence("py", chapter.definitions)]
        for case in chapter.cases:
            error = refused(case, names)
            parts += [f"### {case.title}", _fence("py", case.code), _fence("console", str(error))]
            if error.fix:
                parts.append(f"`.fix` is `{dict(error.fix)}`.")
    return "\n\n".join(parts) + "\n"


_HEAD = """\
# What a refused call says

Each mistake below is made on purpose; what follows it is the whole message. A marked row (`>`) is
to blame. `Write:` is a call to paste, found by trying and confirmed by jaxtyping before it is
shown; `error.fix` has the same expressions, by argument. Where nothing is proposed, no change was
found that makes the whole call fit.

`python tests/checking/gallery.py` writes this page. The tests compare every message with it."""


def _fence(language: str, text: str) -> str:
    body = dedent(text).strip("\n")
    return f"```{language}\n{body}\n```"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
