"""Write down, for each checked function, what its accepted calls could have told apart."""

import sys
from dataclasses import dataclass, field
from typing import Any

from typed_rope.checking.ambiguity import ambiguities
from typed_rope.checking.boundary import Boundary

Place = tuple[str, int, str]  # file, line of the `def`, name: the same in every process


@dataclass
class Calls:
    """The accepted calls of one function."""

    distinct: int = 0
    ambiguous: int = 0
    example: str = ""
    """What one ambiguous call could not have told apart."""

    def add(self, distinct: int, ambiguous: int, example: str) -> None:
        """Add what another process counted."""
        self.distinct += distinct
        self.ambiguous += ambiguous
        self.example = self.example or example


@dataclass
class Recorder:
    """Watches all calls of the process."""

    calls: dict[Place, Calls] = field(default_factory=dict)
    _known: dict[Boundary, Calls] = field(default_factory=dict)

    def accepted(self, boundary: Boundary, arguments: tuple[object, ...]) -> None:
        """Count one call."""
        calls = self._known.get(boundary)
        if calls is None:
            calls = self._first(boundary, sys._getframe(2))
        found = ambiguities(boundary, arguments)
        if not found:
            calls.distinct += 1
            return
        calls.ambiguous += 1
        if not calls.example:
            calls.example = str(found[0])

    def _first(self, boundary: Boundary, wrapper: Any) -> Calls:
        # Above are the announcement and the wrapper, which stands on the `def` line: a function
        # that is defined inside another one is told apart by nothing else.
        place = (wrapper.f_code.co_filename, wrapper.f_code.co_firstlineno, boundary.function)
        calls = self._known[boundary] = self.calls.setdefault(place, Calls())
        return calls
