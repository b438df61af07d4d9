"""How einops writes patterns: names, groups in parentheses, dots, and 1 for an axis of that size.

"b t (h d) -> b h t d"    left: b, t, (h d)    right: b, h, t, d
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from typed_rope.mypy.rules.lettered import DOTS
from typed_rope.mypy.rules.rule import Refused, Unsure


@dataclass(frozen=True, slots=True)
class Group:
    """Axes that are one axis: `(h d)`; without names, an axis of size 1."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        """Write the names."""
        return " ".join(self.names)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a pattern."""

    parts: tuple[str | Group, ...]

    @property
    def dotted(self) -> bool:
        """Tell whether it has dots."""
        return DOTS in self.parts

    def names(self) -> frozenset[str]:
        """Tell all names, dots among them; numbers are no names."""
        singles = [part for part in self.parts if isinstance(part, str)]
        grouped = [name for part in self.parts if isinstance(part, Group) for name in part.names]
        return frozenset(name for name in (*singles, *grouped) if not name.isdigit())


@dataclass(frozen=True, slots=True)
class Notation:
    """A pattern."""

    left: Side
    right: Side

    def renamed(self, names: Mapping[str, str]) -> str:
        """Write it with other names for the single axes on its left."""
        left = [names.get(p, p) if isinstance(p, str) else p for p in self.left.parts]
        return f"{_written(left)} -> {_written(self.right.parts)}"


def _written(parts: Sequence[str | Group]) -> str:
    return " ".join(f"({part})" if isinstance(part, Group) else part for part in parts)


def parsed(pattern: str) -> Notation:
    """Read a pattern.

    Raises: Refused if a name stands twice on one side; Unsure if it is nothing that einops knows.
    """
    left, arrow, right = pattern.replace("…", DOTS).partition("->")
    if not arrow:
        raise Unsure
    return Notation(_side(left), _side(right))


def _side(text: str) -> Side:
    parts: list[str | Group] = []
    group: list[str] | None = None
    for token in text.replace("(", " ( ").replace(")", " ) ").split():
        if token == "(" and group is None:
            group = []
        elif token == ")" and group is not None:
            parts.append(Group(tuple(group)))
            group = None
        elif not (token.isidentifier() or token.isdigit() or (token == DOTS and group is None)):
            raise Unsure
        else:
            (parts if group is None else group).append(token)
    if group is not None:
        raise Unsure
    _hold_once(parts)
    return Side(tuple(parts))


def _hold_once(parts: Sequence[str | Group]) -> None:
    names = [
        name for part in parts for name in (part.names if isinstance(part, Group) else (part,))
    ]
    twice = sorted({name for name in names if names.count(name) > 1 and not name.isdigit()})
    if twice:
        raise Refused(f"{twice[0]} stands twice on one side of the pattern")
