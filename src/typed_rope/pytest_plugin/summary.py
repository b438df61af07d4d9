"""What a run has shown of each annotated function, as a table and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from typed_rope.pytest_plugin.entry import Entry
from typed_rope.pytest_plugin.recorder import Calls, Place

State = Literal["distinct", "ambiguous", "never", "unchecked"]


@dataclass(frozen=True)
class Row:
    """One function, and its calls."""

    entry: Entry
    calls: Calls

    @property
    def state(self) -> State:
        """Say what the calls have shown: one with distinct sizes is enough."""
        if not self.entry.checked:
            return "unchecked"
        if self.calls.distinct:
            return "distinct"
        return "ambiguous" if self.calls.ambiguous else "never"


@dataclass(frozen=True)
class Summary:
    """All rows of a run."""

    rows: tuple[Row, ...]
    root: Path

    def count(self, state: State, module: str | None = None) -> int:
        """Count the functions in a state, of one module or of all."""
        return sum(row.state == state for row in self.rows if module in (None, row.entry.module))

    @property
    def percent(self) -> float:
        """The share of checked functions that were called with distinct sizes; 100 of none."""
        total = len(self.rows) - self.count("unchecked")
        return 100.0 * self.count("distinct") / total if total else 100.0

    def lines(self) -> Iterator[str]:
        """Write the table, then every function that lacks something."""
        modules = sorted({row.entry.module for row in self.rows})
        width = max([len("Module"), len("TOTAL"), *map(len, modules)])
        yield f"{'Module':{width}}  checked  distinct  ambiguous  never  unchecked"
        for module in modules:
            yield self._line(module, width, module)
        yield self._line("TOTAL", width, None)
        calls = sum(row.calls.distinct + row.calls.ambiguous for row in self.rows)
        ambiguous = sum(row.calls.ambiguous for row in self.rows)
        yield (
            f"shape coverage {self.percent:.1f} %; {ambiguous} of {calls} accepted calls were "
            "ambiguous"
        )
        for row in self.rows:
            if row.state != "distinct":
                yield f"{self._where(row.entry)}: {row.entry.name}: {_lack(row)}"

    def _line(self, title: str, width: int, module: str | None) -> str:
        states: Sequence[State] = ("distinct", "ambiguous", "never", "unchecked")
        distinct, ambiguous, never, unchecked = (self.count(state, module) for state in states)
        checked = distinct + ambiguous + never
        return (
            f"{title:{width}}  {checked:7}  {distinct:8}  {ambiguous:9}  {never:5}  {unchecked:9}"
        )

    def _where(self, entry: Entry) -> str:
        path = Path(entry.file)
        shown = path.relative_to(self.root) if path.is_relative_to(self.root) else path
        return f"{shown.as_posix()}:{entry.line}"

    def document(self) -> dict[str, Any]:
        """Return the same as data."""
        return {
            "percent": self.percent,
            "functions": [
                {
                    "module": row.entry.module,
                    "name": row.entry.name,
                    "file": row.entry.file,
                    "line": row.entry.line,
                    "state": row.state,
                    "distinct_calls": row.calls.distinct,
                    "ambiguous_calls": row.calls.ambiguous,
                    "example": row.calls.example,
                }
                for row in self.rows
            ],
        }


def summarize(entries: Sequence[Entry], calls: Mapping[Place, Calls], root: Path) -> Summary:
    """Put each function together with its calls."""
    # An adopted or decorated definition may have its name from elsewhere: the place decides.
    by_line: dict[tuple[str, int], Calls] = {}
    for (file, line, _), counted in calls.items():
        known = by_line.setdefault((file, line), Calls())
        known.add(counted.distinct, counted.ambiguous, counted.example)
    rows = (Row(entry, by_line.get((entry.file, entry.line), Calls())) for entry in entries)
    return Summary(tuple(rows), root)


def _lack(row: Row) -> str:
    match row.state:
        case "unchecked":
            return "annotated, and not checked: put @typed above it"
        case "never":
            return "never called"
        case _:
            return f"called with ambiguous sizes only. {row.calls.example}"
