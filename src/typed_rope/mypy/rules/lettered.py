"""Axes that are named by letters, as einsum does: a letter is one axis wherever it stands.

"bhtd,bhsd->bhts"    h is the second axis of both, and summed axes are those left out
"...i,ij->...j"      dots are all axes that have no letter
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from typed_rope.mypy.equality import Facts, compare_axes
from typed_rope.mypy.rules.broadcast import ONE, broadcast
from typed_rope.mypy.rules.dims import better, shape
from typed_rope.mypy.rules.rule import Refused, Unsure
from typed_rope.mypy.values import Axis, Dims, Many

DOTS = "..."
Term = Sequence[str]
"""The letters of one operand, dots among them."""


def aligned(term: Term, dims: Dims) -> tuple[list[tuple[str, Axis]], Dims | None]:
    """Put letters beside axes; also tell which axes stand where the dots are, if there are any.

    Raises: Refused if there are too many letters or too few; Unsure where it cannot be counted.
    """
    if DOTS in term:
        return _aligned_around_dots(list(term), dims)
    many = [place for place, axis in enumerate(dims) if isinstance(axis, Many)]
    if not many and len(term) != len(dims):
        raise miscounted(term, dims)
    if not many:
        return _paired(term, dims), None
    after = len(dims) - many[-1] - 1
    if len(dims) - len(many) > len(term):
        raise Unsure
    start, end = len(term) - after, len(dims) - after
    pairs = [*_paired(term[: many[0]], dims[: many[0]]), *_paired(term[start:], dims[end:])]
    return pairs, None


def _aligned_around_dots(term: list[str], dims: Dims) -> tuple[list[tuple[str, Axis]], Dims]:
    before = term.index(DOTS)
    end = len(dims) - (len(term) - before - 1)
    if end < before:
        raise Unsure if any(isinstance(axis, Many) for axis in dims) else miscounted(term, dims)
    pairs = [*_paired(term[:before], dims[:before]), *_paired(term[before + 1 :], dims[end:])]
    return pairs, dims[before:end]


def _paired(term: Term, dims: Dims) -> list[tuple[str, Axis]]:
    pairs = [(one, axis) for one, axis in zip(term, dims, strict=True) if isinstance(axis, Axis)]
    if len(pairs) != len(dims):
        raise Unsure
    return pairs


def miscounted(term: Term, dims: Dims) -> Refused:
    """Make the refusal of names that are not as many as the axes."""
    count = len([name for name in term if name != DOTS])
    return Refused(f"{count} axes are named, and {shape(dims)} has {len(dims)}")


@dataclass(slots=True)
class Letters:
    """What letters were found to stand for."""

    facts: Facts
    axes: dict[str, tuple[Axis, Dims]] = field(default_factory=dict)
    """An axis for each letter, and the axes among which it was found."""
    rest: list[Dims] = field(default_factory=list)
    """What dots stand for, for each operand that has them."""

    def read(self, term: Term, dims: Dims) -> None:
        """Give letters to the axes of an operand.

        Raises: Refused if there are too many or too few, or a letter has two axes.
        """
        pairs, rest = aligned(term, dims)
        if rest is not None:
            self.rest.append(rest)
        for letter, axis in pairs:
            self.bind(letter, axis, dims)

    def bind(self, letter: str, axis: Axis, dims: Dims) -> None:
        """Give a letter to an axis.

        Raises: Refused if it was given to another one.
        """
        found, among = self.axes.setdefault(letter, (axis, dims))
        if axis.size == ONE or found is axis:
            return
        if found.size != ONE and compare_axes(found, axis, self.facts) == "never":
            places = f"{found} of {shape(among)} and for {axis} of {shape(dims)}"
            raise Refused(f"{letter} stands for {places}, which cannot be equal")
        self.axes[letter] = (axis if found.size == ONE else better(found, axis), dims)

    def write(self, term: Term) -> Dims:
        """Tell the axes that letters stand for; dots are what they are in all operands.

        Raises: Refused if a letter stands twice.
        """
        if len(set(term)) != len(term):
            raise Refused("a letter stands twice in the result")
        labels = {self.axes[letter][0].label for letter in term if letter in self.axes}
        dims: list[Axis | Many] = []
        for letter in term:
            if letter == DOTS:
                dims += broadcast(self.rest, self.facts) if self.rest else ()
            else:
                dims.append(self._named(letter, labels))
        return tuple(dims)

    def _named(self, letter: str, labels: set[str | None]) -> Axis:
        axis = self.axes[letter][0] if letter in self.axes else Axis(None)
        if axis.label is None and letter not in labels:
            return Axis(axis.size, letter, axis.broadcast)
        return axis
