"""What mypy says of one place in a program."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from typed_rope.cli.checking.explaining import PAGES

_REVEALED = "Revealed shape is "


@dataclass(frozen=True, kw_only=True)
class Finding:
    """An error with its notes, or a note that stands alone; lines and columns count from 1."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    """The first column behind it."""
    severity: str
    """`error` or `note`."""
    code: str | None
    message: str
    notes: tuple[str, ...] = ()

    @property
    def ours(self) -> bool:
        """Tell whether it speaks of shapes, and is not mypy's own."""
        return self.code in PAGES or self.message.startswith(_REVEALED)

    @property
    def is_error(self) -> bool:
        """Tell whether it counts."""
        return self.severity == "error"


def read(said: Sequence[str]) -> tuple[list[Finding], list[str]]:
    """Read lines of mypy's JSON; what is none of them, such as a warning, comes second."""
    findings: list[Finding] = []
    other: list[str] = []
    for line in said:
        try:
            findings.append(_finding(json.loads(line)))
        except (ValueError, TypeError, KeyError):
            other.append(line)
    return findings, other


def _finding(fields: dict[str, object]) -> Finding:
    line, column = _number(fields["line"]), _number(fields["column"])
    hint = fields["hint"]
    code = fields["code"]
    return Finding(
        path=str(fields["file"]),
        line=max(line, 1),
        column=max(column, 0) + 1,
        # Not every version of mypy tells where a finding ends.
        end_line=max(_number(fields.get("end_line", line)), line, 1),
        end_column=max(_number(fields.get("end_column", column)), 0) + 1,
        severity=str(fields["severity"]),
        code=None if code is None else str(code),
        message=str(fields["message"]),
        notes=tuple(str(hint).split("\n")) if hint else (),
    )


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(value)
    return value
