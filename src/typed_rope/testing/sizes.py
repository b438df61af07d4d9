"""Choose sizes that satisfy every demand, without trial and error by the caller.

One unknown after the other takes one of the smallest values from which the rest can still be
completed, so the first choice everywhere is the smallest solution, to which failing examples
shrink. Sizes are pairwise distinct, computed ones too, and none is 1; where no solution is like
that (`min(t,w)` is always t or w), the wish that cannot be met is given up, the least first.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from typed_rope.shapes import Size
from typed_rope.testing.choosing import Chooser
from typed_rope.testing.demands import Demand, Unknown
from typed_rope.testing.errors import UnsolvableError

_CHOICES = 6  # how many values an unknown is chosen from
_LARGEST = 200  # where the search for a value ends
_BUDGET = 1500  # values tried before a wish counts as one that cannot be met


@dataclass(frozen=True)
class Wishes:
    """What sizes should be like."""

    least: int = 2
    least_computed: int = 2
    distinct: frozenset[str] = frozenset({"axis", "argument", "result", "loose"})
    indivisible: bool = True
    """No other axis is a multiple of what an expression divides by."""


_LESS_AND_LESS = (
    Wishes(),
    Wishes(distinct=frozenset({"axis", "argument", "result"})),
    Wishes(indivisible=False),
    Wishes(distinct=frozenset({"axis", "argument", "result"}), indivisible=False),
    Wishes(distinct=frozenset({"axis", "argument"}), indivisible=False),
    Wishes(distinct=frozenset({"axis"}), indivisible=False),
    Wishes(2, 1, frozenset({"axis"}), indivisible=False),
    Wishes(2, 1, frozenset(), indivisible=False),
)
_ANY = (Wishes(1, 1, frozenset(), indivisible=False), Wishes(0, 0, frozenset(), indivisible=False))


@dataclass
class System:
    """Unknowns in the order in which they are chosen, demands, and what is known already."""

    unknowns: Sequence[Unknown]
    demands: Sequence[Demand]
    known: Mapping[str, int] = field(default_factory=dict)
    taken: frozenset[int] = frozenset()
    """Sizes that stand in an annotation or an argument: nothing else should have them."""
    distinct: bool = True
    largest: int | None = None

    def solve(self, chooser: Chooser) -> dict[str, int]:
        """Choose a size for every unknown.

        Raises: UnsolvableError that names the axes, where nothing satisfies the demands.
        """
        waiting = _divisors_first(self.unknowns, self.demands)
        for wishes in (*_LESS_AND_LESS, *_ANY) if self.distinct else _ANY:
            search = _Search(self, wishes, waiting)
            if search.start() and search.completes(0):
                return search.choose(chooser)
        raise UnsolvableError(self._complaint())

    def _complaint(self) -> str:
        texts = dict.fromkeys(
            d.text if d.equals is None else f"{d.text} = {d.equals}" for d in self.demands
        )
        limits = [f"{u.key} in {list(u.allowed)}" for u in self.unknowns if u.allowed is not None]
        limits += [f"{key} = {size}" for key, size in self.known.items()]
        limits += [] if self.largest is None else [f"every size at most {self.largest}"]
        given = f" with {', '.join(limits)}" if limits else ""
        return f"no sizes make {', '.join(texts) or 'the axes'} whole numbers{given}."


class _Search:
    def __init__(self, system: System, wishes: Wishes, waiting: Sequence[Unknown]) -> None:
        self.system, self.wishes, self.waiting = system, wishes, waiting
        self.sizes: dict[str, int] = dict(system.known)
        self.used: dict[int, object] = {}
        self.budget = _BUDGET
        place = {unknown.key: i for i, unknown in enumerate(waiting)}
        self.due: list[list[Demand]] = [[] for _ in waiting]
        self.first: list[Demand] = []
        for demand in system.demands:
            places = [place[key] for key in demand.reads if key in place]
            (self.due[max(places)] if places else self.first).append(demand)
        self.barred = list(self._barred())

    def start(self) -> bool:
        """Take note of what is known; False where it contradicts a demand already."""
        for size in (*self.system.taken, *self.sizes.values()):
            self.used[size] = None
        for demand in self.first:
            computed = self._computed(demand)
            if computed is None:
                return False
            self.used.setdefault(computed, None)
        return True

    def completes(self, place: int) -> bool:
        """Tell whether the unknowns from `place` on can all get a size."""
        if place == len(self.waiting):
            return True
        for size in self._domain(self.waiting[place]):
            self.budget -= 1
            if self.budget < 0:
                return False
            added = self._put(place, size)
            if added is not None:
                found = self.completes(place + 1)
                self._take_back(place, added)
                if found:
                    return True
        return False

    def choose(self, chooser: Chooser) -> dict[str, int]:
        """Choose among the smallest sizes that can be completed."""
        for place, unknown in enumerate(self.waiting):
            good: list[int] = []
            for size in self._domain(unknown):
                added = self._put(place, size)
                if added is None:
                    continue
                self.budget = _BUDGET
                if self.completes(place + 1):
                    good.append(size)
                self._take_back(place, added)
                if len(good) == _CHOICES or (good and self.budget < 0):
                    break
            self._put(place, good[chooser.index(len(good))])
        return self.sizes

    def _domain(self, unknown: Unknown) -> Iterable[int]:
        largest = _LARGEST if self.system.largest is None else self.system.largest
        if unknown.allowed is not None:
            return (size for size in unknown.allowed if size <= largest)
        return range(self.wishes.least, largest + 1)

    def _put(self, place: int, size: int) -> list[int] | None:
        """Give an unknown its size; None where a demand or a wish is against it."""
        key = self.waiting[place].key
        self.sizes[key] = size
        added: list[int] = []
        fits = self._use(size, _identity(key), "axis", added)
        for demand in self.due[place] if fits else ():
            computed = self._computed(demand)
            if computed is None or not self._use(computed, demand.identity, demand.kind, added):
                fits = False
                break
        if fits and self.wishes.indivisible and not self._is_indivisible(place):
            fits = False
        if not fits:
            self._take_back(place, added)
            return None
        return added

    def _take_back(self, place: int, added: list[int]) -> None:
        for size in added:
            del self.used[size]
        self.sizes.pop(self.waiting[place].key, None)

    def _use(self, size: int, identity: object, kind: str, added: list[int]) -> bool:
        if kind not in self.wishes.distinct:
            return True
        if size in self.used:
            return self.used[size] == identity
        self.used[size] = identity
        added.append(size)
        return True

    def _computed(self, demand: Demand) -> int | None:
        try:
            size = demand.size(self.sizes)
        except Exception:  # a division by zero, or the user's own code
            return None
        if size != int(size) or (demand.equals is not None and size != demand.equals):
            return None
        least = 0 if not demand.reads else self.wishes.least_computed
        return int(size) if size >= least else None

    def _barred(self) -> Iterator[tuple[str, str | int]]:
        """Yield each axis with what it must be no multiple of."""
        axes = [u.key for u in self.waiting if u.key.isidentifier()]
        for demand in self.system.demands:
            for divisor in demand.divisors:
                yield from ((k, divisor) for k in axes if k not in demand.reads and k != divisor)

    def _is_indivisible(self, place: int) -> bool:
        key = self.waiting[place].key
        for multiple, divisor in self.barred:
            if key in (multiple, divisor) and multiple in self.sizes:
                below = divisor if isinstance(divisor, int) else self.sizes.get(divisor, 0)
                if below > 1 and self.sizes[multiple] % below == 0:
                    return False
        return True


def _identity(key: str) -> object:
    return Size.symbol(key)


def _divisors_first(unknowns: Sequence[Unknown], demands: Sequence[Demand]) -> list[Unknown]:
    """Put what a size is divided by before that size: then a multiple of it can be chosen."""
    before: dict[str, set[str]] = {unknown.key: set() for unknown in unknowns}
    for demand in demands:
        below = {key for key in demand.divisors if isinstance(key, str)}
        for key in demand.reads - below:
            if key in before:
                before[key] |= below & before.keys()
    ordered: list[Unknown] = []
    divisors = {key for demand in demands for key in demand.divisors}
    waiting = sorted(unknowns, key=lambda unknown: unknown.key not in divisors)
    while waiting:
        done = {unknown.key for unknown in ordered}
        ready = (u for u in waiting if before[u.key] <= done)
        unknown = next(ready, waiting[0])
        waiting.remove(unknown)
        ordered.append(unknown)
    return ordered


__all__ = ["System", "Wishes"]
