"""The forms that findings are printed in: text, JSON lines, GitHub's annotations, SARIF.

JSON lines have the fields of mypy's own `--output json`, so what reads those reads these.
"""

import json
from collections.abc import Callable, Sequence
from typing import Final

from typed_rope.cli.checking import text
from typed_rope.cli.checking.finding import Finding
from typed_rope.cli.checking.sarif import document
from typed_rope.demo.style import Style


def _text(findings: Sequence[Finding], style: Style) -> list[str]:
    return [line for finding in findings for line in text.lines(finding, style)]


def _json(findings: Sequence[Finding], style: Style) -> list[str]:
    return [
        json.dumps(
            {
                "file": finding.path,
                "line": finding.line,
                "column": finding.column - 1,
                "end_line": finding.end_line,
                "end_column": finding.end_column - 1,
                "message": finding.message,
                "hint": "\n".join(finding.notes) or None,
                "code": finding.code,
                "severity": finding.severity,
            }
        )
        for finding in findings
    ]


def _github(findings: Sequence[Finding], style: Style) -> list[str]:
    """Write GitHub's workflow commands; an annotation shows several lines."""
    lines: list[str] = []
    for finding in findings:
        level = "error" if finding.is_error else "notice"
        title = f"typed-rope [{finding.code}]" if finding.code else "typed-rope"
        place = {
            "file": finding.path,
            "line": finding.line,
            "col": finding.column,
            "endLine": finding.end_line,
            "title": title,
        }
        properties = ",".join(f"{name}={_property(str(value))}" for name, value in place.items())
        message = _escaped("\n".join((finding.message, *finding.notes)))
        lines.append(f"::{level} {properties}::{message}")
    return lines


def _escaped(message: str) -> str:
    return message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _escaped(value).replace(":", "%3A").replace(",", "%2C")


def _sarif(findings: Sequence[Finding], style: Style) -> list[str]:
    return [json.dumps(document(findings), indent=2)]


FORMS: Final[dict[str, Callable[[Sequence[Finding], Style], list[str]]]] = {
    "text": _text,
    "json": _json,
    "github": _github,
    "sarif": _sarif,
}
"""Each gives the lines to print; colours are the text's alone."""
