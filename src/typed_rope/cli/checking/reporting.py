"""Checking once: what is printed, where, and with which exit status.

    stdout    the findings, in the form that was asked for
    stderr    what kept mypy from checking, and what makes its silence worth nothing

Mypy says only once for several lines that a package was not found, and which.
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from typed_rope.cli.checking import text
from typed_rope.cli.checking.finding import Finding
from typed_rope.cli.checking.forms import FORMS
from typed_rope.cli.checking.preparing import RefusedError, prepare
from typed_rope.cli.checking.running import Outcome, run
from typed_rope.demo.progress import Progress
from typed_rope.demo.style import Style, style_of_stdout

_MISSING: Final = re.compile(r'module named "(?P<name>torch|jaxtyping)[".]')
_PLAIN: Final = Style(colours=False)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What to print: `every` finding of mypy or those of shapes, in which form."""

    every: bool
    output: str

    def chosen(self, findings: Sequence[Finding]) -> list[Finding]:
        """Choose what is printed."""
        return [finding for finding in findings if self.every or finding.ours]


def check(arguments: Sequence[str], wanted: Wanted) -> int:
    """Check once, print, and give the exit status; `arguments` are mypy's."""
    progress = Progress()
    progress.say("checking; a first run reads all of torch")
    try:
        prepared = prepare(arguments)
        outcome = run(prepared)
    except RefusedError as error:
        progress.clear()
        print(error, file=sys.stderr)
        return 2
    finally:
        progress.clear()
    chosen = wanted.chosen(outcome.findings)
    for line in FORMS[wanted.output](chosen, style_of_stdout()):
        print(line)
    tell_what_is_in_the_way(outcome, chosen)
    if outcome.blocked:
        return 2
    if wanted.output == "text" and prepared.options.error_summary:
        print(text.summary(chosen, files=outcome.files, every=wanted.every))
    return int(any(finding.is_error for finding in chosen))


def tell_what_is_in_the_way(outcome: Outcome, shown: Sequence[Finding]) -> None:
    """Print on stderr why mypy could not check, or what it could not know."""
    for line in outcome.other:
        print(line, file=sys.stderr)
    if outcome.blocked:
        for finding in outcome.findings:
            if finding not in shown:
                print(*text.lines(finding, _PLAIN), sep="\n", file=sys.stderr)
    for name in sorted(set(_missing(outcome.findings))):
        print(
            f"typed-rope check: {name} was not found, so nothing is known of its types; "
            "--python-executable names the Python that has it.",
            file=sys.stderr,
        )


def _missing(findings: Sequence[Finding]) -> list[str]:
    matches = [_MISSING.search(finding.message) for finding in findings]
    return [match["name"] for match in matches if match is not None]
