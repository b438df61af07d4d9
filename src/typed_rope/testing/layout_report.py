"""What a sweep over the wrong layouts of a call has found."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["refused", "harmless", "unexplained", "silent"]
_ORDER: tuple[Outcome, ...] = ("silent", "unexplained", "refused", "harmless")


@dataclass(frozen=True)
class LayoutRow:
    """One wrong layout of one tensor, and what came of it.

    refused: an error that explains. harmless: the right output, its axes exchanged alike.
    unexplained: an error out of the depths, such as torch's. silent: another output, no error.
    """

    argument: str
    layout: str
    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True, repr=False)
class LayoutReport:
    """The rows of a sweep; true where every wrong layout was refused or harmless."""

    function: str
    rows: tuple[LayoutRow, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How often each outcome came."""
        found = Counter(row.outcome for row in self.rows)
        return {outcome: found[outcome] for outcome in _ORDER}

    @property
    def findings(self) -> tuple[LayoutRow, ...]:
        """The layouts that were accepted in silence, or refused without an explanation."""
        return tuple(row for row in self.rows if row.outcome in ("silent", "unexplained"))

    def assert_safe(self) -> None:
        """Raise AssertionError, with the table, unless every layout was refused or harmless."""
        if not self:
            raise AssertionError(str(self))

    def __bool__(self) -> bool:
        """Tell whether nothing was found."""
        return not self.findings

    def __str__(self) -> str:
        """Write the table: one line for each argument and outcome, findings first."""
        counted = ", ".join(f"{count} {outcome}" for outcome, count in self.counts.items() if count)
        lines = [f"{self.function}: {len(self.rows)} wrong layouts: {counted or 'none to try'}."]
        cells = [("argument", "outcome", "layouts"), *self._cells()]
        widths = [max(len(row[i]) for row in cells) for i in range(2)]
        lines += [f"{a:<{widths[0]}}   {o:<{widths[1]}}   {text}" for a, o, text in cells]
        return "\n".join(lines)

    __repr__ = __str__

    def _cells(self) -> list[tuple[str, str, str]]:
        grouped: dict[tuple[str, Outcome, str], list[str]] = {}
        for row in sorted(self.rows, key=lambda row: _ORDER.index(row.outcome)):
            detail = row.detail if row.outcome == "unexplained" else ""
            grouped.setdefault((row.argument, row.outcome, detail), []).append(row.layout)
        return [
            (argument, outcome, ", ".join(layouts) + (f": {detail}" if detail else ""))
            for (argument, outcome, detail), layouts in grouped.items()
        ]


__all__ = ["LayoutReport", "LayoutRow", "Outcome"]
