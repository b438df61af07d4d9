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
        for letter, axis in self._pairs(term, dims):
            if isinstance(axis, Axis):
                self._bind(letter, axis, dims)

    def _pairs(self, term: Term, dims: Dims) -> list[tuple[str, Axis | Many]]:
        many = next((i for i, axis in enumerate(dims) if isinstance(axis, Many)), None)
        if DOTS in term:
            before = list(term).index(DOTS)
            after = len(term) - before - 1
            if len(dims) < before + after:
                raise Unsure if many is not None else _miscounted(term, dims)
            end = len(dims) - after
            self.rest.append(dims[before:end])
            pairs = [*zip(term[:before], dims[:before], strict=True)]
            pairs += zip(term[before + 1 :], dims[end:], strict=True)
            if any(isinstance(axis, Many) for _, axis in pairs):
                raise Unsure
            return pairs
        if many is None:
            if len(term) != len(dims):
                raise _miscounted(term, dims)
            return list(zip(term, dims, strict=True))
        after = len(dims) - many - 1
        if many + after > len(term) or (after and Many in map(type, dims[-after:])):
            raise Unsure
        ends = zip(term[len(term) - after :], dims[len(dims) - after :], strict=True)
        return [*zip(term[:many], dims[:many], strict=True), *ends]

    def _bind(self, letter: str, axis: Axis, dims: Dims) -> None:
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


def _miscounted(term: Term, dims: Dims) -> Refused:
    return Refused(f"{len(term)} letters are given to the {len(dims)} axes of {shape(dims)}")
