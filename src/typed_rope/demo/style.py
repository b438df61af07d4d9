"""Colour where it is seen, nothing where it is not."""

import os
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """How headings and errors are set off."""

    colours: bool

    def heading(self, text: str) -> str:
        """Print bold."""
        return self._between("1", text)

    def error(self, text: str) -> str:
        """Print red, line by line, so that a pager shows it too."""
        return "\n".join(self._between("31", line) for line in text.split("\n"))

    def _between(self, code: str, text: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self.colours else text


def style_of_stdout() -> Style:
    """Choose colours for a terminal, unless NO_COLOR is set (no-color.org) or it has none."""
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Style(sys.stdout.isatty() and wanted)
