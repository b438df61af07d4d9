"""The function that is followed: its checker, its state, its axes, where findings go."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mypy.checker import TypeChecker
from mypy.nodes import Expression
from mypy.types import ProperType, Type, get_proper_type

from typed_rope.mypy.flow.state import State
from typed_rope.mypy.report import Report
from typed_rope.mypy.rules.rule import Known
from typed_rope.mypy.values import Axis

if TYPE_CHECKING:
    from typed_rope.mypy.flow.constructed import Constructed


@dataclass(slots=True)
class Loop:
    """Where `break` and `continue` lead."""

    left: list[State] = field(default_factory=list)
    continued: list[State] = field(default_factory=list)


@dataclass(slots=True)
class Frame:
    """One function, or the statements of a module."""

    checker: TypeChecker
    report: Report
    state: State = field(default_factory=State)
    axes: frozenset[str] = frozenset()
    """The names that its parameters bind: each is an axis of its own."""
    bound: dict[str, Axis] = field(default_factory=dict)
    """What annotated local variables have bound beside them."""
    returns: Type | None = None
    """Its declared result; None where nothing is checked."""
    name: str = ""
    loops: list[Loop] = field(default_factory=list)
    learned: dict[str, str] = field(default_factory=dict)
    """The axis that a number was found to be the size of; "" where it is none, or several."""
    classes: "dict[str, Constructed]" = field(default_factory=dict)
    """What constructors leave behind, by the full name of the class."""

    def type_of(self, expression: Expression) -> ProperType | None:
        """Tell what mypy has inferred; None for what it did not look at."""
        if not self.checker.has_type(expression):
            return None
        return get_proper_type(self.checker.lookup_type(expression))

    @property
    def known(self) -> Known:
        """Tell what rules may ask."""
        return Known(self.state.facts)

    @contextmanager
    def branch(self, state: State) -> Iterator[State]:
        """Follow another state for a while."""
        before, self.state = self.state, state
        try:
            yield state
        finally:
            self.state = before
