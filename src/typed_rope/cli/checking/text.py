"""Findings as mypy prints them, a line each, and a last line that counts them."""

from collections.abc import Sequence

from typed_rope.cli.checking.finding import Finding
from typed_rope.demo.style import Style


def lines(finding: Finding, style: Style) -> list[str]:
    """Write a finding and its notes."""
    place = f"{finding.path}:{finding.line}"
    code = f"  [{finding.code}]" if finding.code and finding.is_error else ""
    severity = style.error("error:") if finding.is_error else f"{finding.severity}:"
    first, *rest = finding.message.split("\n")
    notes = [*rest, *finding.notes]
    return [
        f"{place}: {severity} {first}{code}",
        *(f"{place}: note: {note}" for note in notes),
    ]


def summary(findings: Sequence[Finding], *, files: int, every: bool) -> str:
    """Count the errors; `every` tells whether mypy's own are among them."""
    kind = "error" if every else "shape or layout error"
    checked = f"(checked {_counted(files, 'source file')})"
    errors = [finding for finding in findings if finding.is_error]
    if not errors:
        return f"Found no {kind} {checked}"
    faulty = len({finding.path for finding in errors})
    return f"Found {_counted(len(errors), kind)} in {_counted(faulty, 'file')} {checked}"


def _counted(number: int, of: str) -> str:
    return f"{number} {of}" if number == 1 else f"{number} {of}s"
