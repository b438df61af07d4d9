"""One rule for each operation of torch: what its result is, told from what its arguments are."""

from types import ModuleType

from typed_rope.mypy.rules import (
    conversions,
    creating,
    einsum,
    functional,
    growing,
    indexing,
    joining,
    losses,
    moving,
    normalising,
    padding,
    patterns,
    pointwise,
    products,
    reducing,
    rereading,
    reshaping,
    splitting,
    taking,
    unary,
    windows,
)
from typed_rope.mypy.rules.rule import Rule

_MODULES: tuple[ModuleType, ...] = (
    conversions,
    creating,
    einsum,
    functional,
    growing,
    indexing,
    joining,
    losses,
    moving,
    normalising,
    padding,
    patterns,
    pointwise,
    products,
    reducing,
    rereading,
    reshaping,
    splitting,
    taking,
    unary,
    windows,
)


def _collected() -> dict[str, Rule]:
    """Collect the rules of all modules by name.

    Raises: ValueError if two rules have one name.
    """
    collected: dict[str, Rule] = {}
    for module in _MODULES:
        for rule in [value for value in vars(module).values() if isinstance(value, Rule)]:
            for name in rule.names:
                if collected.setdefault(name, rule) is not rule:
                    raise ValueError(f"two rules are called {name}")
    return collected


RULES: dict[str, Rule] = _collected()
"""The rule of an operation, by the name that torch has for it."""
