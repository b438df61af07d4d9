"""One run of mypy, and what came of it."""

from dataclasses import dataclass
from io import StringIO

from mypy.build import build
from mypy.errors import CompileError

from typed_rope.cli.checking.finding import Finding, read
from typed_rope.cli.checking.preparing import Prepared


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What mypy has said, and whether something kept it from checking."""

    findings: list[Finding]
    other: list[str]
    """Lines that are about no place in a program."""
    blocked: bool
    files: int
    """How many files it was told to check."""


def run(prepared: Prepared) -> Outcome:
    """Have mypy check what was prepared."""
    lines: list[str] = []

    def collect(path: str | None, said: list[str], serious: bool) -> None:
        lines.extend(said)

    # mypy writes here what it cannot say of a place, such as an internal error.
    said = StringIO()
    blocked = False
    try:
        result = build(
            prepared.sources, prepared.options, None, collect, prepared.files, said, said
        )
        if hasattr(result.manager.metastore, "close"):  # since mypy 2
            result.manager.metastore.close()
    except CompileError:
        blocked = True
    except SystemExit as end:
        blocked = bool(end.code)
    findings, other = read([*lines, *said.getvalue().splitlines()])
    return Outcome(findings=findings, other=other, blocked=blocked, files=len(prepared.sources))
