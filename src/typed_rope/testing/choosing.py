"""Who chooses: hypothesis, which shrinks what it chose, or nobody, which is the first of all."""

from typing import Any, Protocol


class Chooser(Protocol):
    """Makes the choices of a draw; the first option is the simplest."""

    def index(self, count: int) -> int:
        """Choose one of `count` options."""

    def seed(self) -> int:
        """Choose the seed of one tensor's values; 0 means zeros."""

    def value(self, given: Any) -> Any:
        """Draw a value where a strategy is given; return anything else as it is."""


class First:
    """Chooses the simplest of everything, with values that differ from tensor to tensor."""

    def __init__(self) -> None:
        """Start with seed 1."""
        self._seeds = 0

    def index(self, count: int) -> int:
        """Choose the first option."""
        del count
        return 0

    def seed(self) -> int:
        """Choose the next seed."""
        self._seeds += 1
        return self._seeds

    def value(self, given: Any) -> Any:
        """Return what is given."""
        return given


__all__ = ["Chooser", "First"]
