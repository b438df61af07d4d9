"""What is known at one place of a function: the values of its names, and what was asserted."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from typed_rope.mypy.values import Value, join
from typed_rope.shapes import Size

Key = object
"""A local variable is known by mypy's node for it, an attribute by its path: `self.cache`."""


@dataclass(slots=True)
class State:
    """Values and facts; where nothing can come by, nothing matters any more."""

    values: dict[Key, Value] = field(default_factory=dict)
    facts: dict[str, Size] = field(default_factory=dict)
    """The size that a symbol is known to stand for."""
    reachable: bool = True

    def copy(self) -> "State":
        """Copy it, for a branch."""
        return State(dict(self.values), dict(self.facts), self.reachable)

    def take(self, other: "State") -> None:
        """Become another state."""
        self.values, self.facts, self.reachable = other.values, other.facts, other.reachable

    def assign(self, key: Key, value: Value) -> None:
        """Give a name a value; attributes of what it was before are forgotten."""
        self.values[key] = value

    def forget_paths(self, beginning: str) -> None:
        """Forget what is known of an object's attributes."""
        dotted = beginning + "."
        for key in [k for k in self.values if isinstance(k, str) and k.startswith(dotted)]:
            del self.values[key]


def joined(states: Iterable[State]) -> State:
    """Tell what holds wherever one comes from; a name that only some know is unknown."""
    reached = [state for state in states if state.reachable]
    if not reached:
        return State(reachable=False)
    result = reached[0].copy()
    for state in reached[1:]:
        shared = result.values.keys() & state.values.keys()
        result.values = {
            key: join(value, state.values[key])
            for key, value in result.values.items()
            if key in shared
        }
        facts = result.facts.items()
        result.facts = {s: size for s, size in facts if state.facts.get(s) == size}
    return result
