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
    return "\n\n".join([*parts, _TAIL]) + "\n"


_HEAD = """\
# What a refused call says

Each mistake below is made on purpose; what follows it is the whole message. A marked row (`>`) is
to blame. `Write:` is a call to paste, found by trying and confirmed by jaxtyping before it is
shown; `error.fix` has the same expressions, by argument. Where nothing is proposed, no change was
found that makes the whole call fit.

`python tests/checking/gallery.py` writes this page. The tests compare every message with it."""


_TAIL = """\
## How often the fix helps

`python tests/checking/fix_sweep.py` makes every single mistake in one right call of each public
function, evaluates the fix that is shown, and calls again. This is what became of them:

```console
            made  refused  repaired  no fix  wrong  restored
exchange     265      212    100.0%       0      0     91.0%
order        604      513    100.0%       0      0     85.2%
drop         225      213     95.8%       9      0      0.0%
dtype        430      300     96.0%      12      0     30.7%
swap         113      100     99.0%       1      0     99.0%
together    1637     1338     98.4%      22      0     61.4%
add          300      290    100.0%       0      0     99.3%
width         30       30    100.0%       0      0    100.0%
heads         45       45    100.0%       0      0     84.4%
type         225      219     68.5%      69      0     68.5%
```

*Made* counts all mistakes: some fit no less (two free axes exchanged), others only the function's
own code refuses. *Wrong* are fixes after which the call is refused or raises. *Restored* are
those that give back the very arguments; where other axes fit as well, or numbers are gone, the
repaired call is one that fits, not always the one that was meant. `None` cannot be repaired, nor
floats for truth values: 0 means "may attend" in a mask that is added, and the opposite in one of
truth values.

A refusal took 5.5 ms of processor time (median), at most 19.0, on a machine with two cores that did
other work as well. The search stops after 12 ms; what is not found by then is not shown.
`python tests/checking/fix_worst.py` prints the calls that take longest, and
`python tests/checking/fuzz_fixes.py --count 20000` looks for a wrong fix of a random function."""


def _fence(language: str, text: str) -> str:
    body = dedent(text).strip("\n")
    return f"```{language}\n{body}\n```"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
