"""Findings as a document of SARIF 2.1.0, which code hosts show beside the lines of a change.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from typed_rope.cli.checking.explaining import PAGES
from typed_rope.cli.checking.finding import Finding

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_WITHOUT_CODE: Final = "misc"


def document(findings: Sequence[Finding]) -> dict[str, Any]:
    """Write one run of one tool."""
    rules = [*PAGES, *sorted({_rule(finding) for finding in findings} - PAGES.keys())]
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {"name": "typed-rope", "rules": [_described(rule) for rule in rules]}
                },
                # Python counts letters, not units of UTF-16.
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding, rules) for finding in findings],
            }
        ],
    }


def _described(rule: str) -> dict[str, Any]:
    page = PAGES.get(rule)
    if page is None:
        return {"id": rule, "shortDescription": {"text": f"mypy's error code {rule}"}}
    return {
        "id": rule,
        "shortDescription": {"text": page.summary},
        "help": {"text": page.text},
        "defaultConfiguration": {"level": "error"},
    }


def _result(finding: Finding, rules: Sequence[str]) -> dict[str, Any]:
    rule = _rule(finding)
    region = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
    }
    location = {"artifactLocation": {"uri": _uri(finding.path)}, "region": region}
    return {
        "ruleId": rule,
        "ruleIndex": rules.index(rule),
        "level": "error" if finding.is_error else "note",
        "message": {"text": "\n".join((finding.message, *finding.notes))},
        "locations": [{"physicalLocation": location}],
    }


def _rule(finding: Finding) -> str:
    return finding.code or _WITHOUT_CODE


def _uri(path: str) -> str:
    named = Path(path)
    return named.as_uri() if named.is_absolute() else quote(named.as_posix())
