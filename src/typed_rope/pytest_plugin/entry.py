"""What shape coverage counts: one annotated function, or record."""

from dataclasses import dataclass

from typed_rope.pytest_plugin.recorder import Place


@dataclass(frozen=True)
class Entry:
    """One annotated function, or record."""

    module: str
    name: str
    file: str
    line: int
    checked: bool

    @property
    def place(self) -> Place:
        """Where it stands, as the recorder has it."""
        return self.file, self.line, self.name
