"""What a check of a whole model has found, as data and as text."""

from dataclasses import dataclass

from typed_rope.checking.ambiguity import Ambiguity


@dataclass(frozen=True)
class TensorBoundary:
    """One tensor that went into or came out of a module, under the annotation that says so."""

    module: str
    tensor: str
    annotation: str | None
    checked: bool


@dataclass(frozen=True)
class Dependence:
    """How one axis of an output depends on one axis of an input.

    none: not at all. same: on the same position. same and earlier, same and later: on positions up
    to, or from, its own on. up to k ahead: on all before it, and on k beyond its own. j ahead to k
    back: on a window around its own. all: on others too.
    """

    source: str
    source_axis: str
    target: str
    target_axis: str
    verdict: str


@dataclass(frozen=True, repr=False)
class ModelReport:
    """Boundaries, calls, dependences and findings of one model; true where nothing was found."""

    model: str
    boundaries: tuple[TensorBoundary, ...]
    calls: tuple[tuple[str, int], ...]
    ambiguous: tuple[Ambiguity, ...]
    dependences: tuple[Dependence, ...]
    findings: tuple[str, ...]
    notes: tuple[str, ...]

    def assert_no_findings(self) -> None:
        """Raise AssertionError, with the report, if anything was found."""
        if self.findings:
            raise AssertionError(str(self))

    def verdict(self, source: str, source_axis: str, target_axis: str) -> str:
        """Tell how an axis of the first output that has it depends on an axis of an input."""
        for row in self.dependences:
            if (row.source, row.source_axis, row.target_axis) == (source, source_axis, target_axis):
                return row.verdict
        raise KeyError(f"no dependence of {target_axis} on {source_axis} of {source} was looked at")

    def __bool__(self) -> bool:
        """Tell whether nothing was found."""
        return not self.findings

    def __str__(self) -> str:
        """Write findings first, then what they rest on."""
        annotated = sum(row.annotation is not None for row in self.boundaries)
        checked = sum(row.checked for row in self.boundaries)
        found = "1 finding" if len(self.findings) == 1 else f"{len(self.findings) or 'no'} findings"
        lines = [f"{self.model}: {found}."]
        lines += [f"! {finding}" for finding in self.findings]
        lines += [
            f"Boundaries: of {len(self.boundaries)} tensors, {annotated} are annotated and "
            f"{checked} checked."
        ]
        if self.calls:
            counted = ", ".join(f"{name} {count}" for name, count in self.calls)
            lines.append(f"Checked calls: {counted}.")
        lines += [f"Ambiguous: {ambiguity}" for ambiguity in self.ambiguous]
        lines += [*self._table(), *(f"Note: {note}" for note in self.notes)]
        return "\n".join(lines)

    __repr__ = __str__

    def _table(self) -> list[str]:
        cells = [("input", "axis", "output", "axis", "depends on")]
        cells += [
            (r.source, r.source_axis, r.target, r.target_axis, r.verdict) for r in self.dependences
        ]
        widths = [max(len(row[i]) for row in cells) for i in range(4)]
        return ["   ".join([*(row[i].ljust(widths[i]) for i in range(4)), row[4]]) for row in cells]


__all__ = ["Dependence", "ModelReport", "TensorBoundary"]
