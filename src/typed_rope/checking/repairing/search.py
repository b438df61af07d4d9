"""Search for the smallest change after which a refused call fits.

First what cannot stay as it is: values of the wrong type, then dtypes. Then one change of one
tensor, the same change of several (`cos` and `sin`), or arguments in each other's place. A change
counts only when the judge accepts the whole call with it, on tensors without memory; and what is
not found in time is left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from typed_rope.checking.judge import fits
from typed_rope.checking.leaves import Leaf
from typed_rope.checking.repairing.budget import Budget
from typed_rope.checking.repairing.change import Change, Evidence
from typed_rope.checking.repairing.changes import changes
from typed_rope.checking.repairing.exchanges import Exchange, exchanges
from typed_rope.checking.repairing.promise import can_be_kept
from typed_rope.checking.repairing.settling import settled
from typed_rope.checking.repairing.state import Mistake, Refused, State
from typed_rope.checking.system import Seen, Solution, are_twins, solve
from typed_rope.shapes import Bindings, Named, Sized


@dataclass(frozen=True)
class Repair:
    """Mistakes without which the call would have fitted, and what to write for each argument."""

    cost: int
    mistakes: tuple[Mistake, ...]
    fix: Mapping[str, str]
    tensors: tuple[Seen, ...]  # of the repaired call

    @property
    def paths(self) -> tuple[str, ...]:
        """What has to be changed."""
        return tuple(dict.fromkeys(path for m in self.mistakes for path in m.paths))


@dataclass
class _Found:
    """The repairs of the lowest cost so far."""

    refused: Refused
    repairs: list[Repair] = field(default_factory=list)

    @property
    def cost(self) -> float:
        return self.repairs[0].cost if self.repairs else float("inf")

    def offer(self, state: State) -> None:
        """Keep what is no larger than the smallest change, if the judge accepts it."""
        if state.cost > self.cost or not fits(state.meta_leaves(), {}):
            return
        fix = state.fix(self.refused)
        if fix is None or not self._is_taken(state):
            return
        if state.cost < self.cost:
            self.repairs.clear()
        if all(fix != other.fix for other in self.repairs):
            self.repairs.append(Repair(state.cost, state.mistakes, fix, state.tensors))

    def _is_taken(self, state: State) -> bool:
        """Tell whether the function could do with the call, as far as that can be known."""
        refused = self.refused
        if refused.answers:
            return True
        solution = solve(state.tensors)
        bindings = solution.bindings if isinstance(solution, Solution) else Bindings()
        if not can_be_kept(refused.boundary.result, bindings, state.given or refused.given):
            return False
        return refused.trial is None or refused.trial(state.arguments(refused))


def repairs(refused: Refused, budget: Budget) -> list[Repair]:
    """Return the smallest repairs, the likeliest first; none where no change is known."""
    found = _Found(refused)
    _search(refused, refused.held, found, budget)
    if refused.held and not found.repairs:
        _search(refused, (), found, budget)
    return sorted(found.repairs, key=lambda repair: not _is_likely(repair))


def _search(refused: Refused, fixed: tuple[Leaf, ...], found: _Found, budget: Budget) -> None:
    states = [replace(state, fixed=fixed) if fixed else state for state in settled(refused)]
    for state in states:
        if state.mistakes:
            found.offer(state)
    to_exchange = [] if refused.answers else list(exchanges(refused.boundary, refused.arguments))
    _exchange(refused, fixed, [e for e in to_exchange if e.cost == 2], found, budget)
    for state in states:
        _change_one(state, found, budget)
    _exchange(refused, fixed, [e for e in to_exchange if e.cost > 2], found, budget)
    for state in states:
        if found.cost > state.cost + 2:
            _change_several(state, found, budget)


def _is_likely(repair: Repair) -> bool:
    """Tell whether g divides h, where both are axes: grouped heads share keys and values."""
    outcome = solve(repair.tensors)
    sizes = outcome.bindings.singles if isinstance(outcome, Solution) else {}
    return "h" not in sizes or not sizes.get("g") or sizes["h"] % sizes["g"] == 0


def _exchange(
    refused: Refused,
    fixed: tuple[Leaf, ...],
    to_try: Sequence[Exchange],
    found: _Found,
    budget: Budget,
) -> None:
    for exchange in to_try:
        if budget.spent() or exchange.cost > found.cost:
            return
        others = [seen for seen in refused.tensors if seen.argument not in exchange.places]
        if not isinstance(solve(others), Solution):
            continue
        state = _exchanged(refused, exchange)
        if state is not None:
            found.offer(replace(state, fixed=fixed))


def _exchanged(refused: Refused, exchange: Exchange) -> State | None:
    meant = refused.instead(exchange.apply(refused.arguments))
    if any(leaf.has_wrong_type() for leaf in meant.leaves):
        return None
    mistake = Mistake("exchange", tuple(exchange.places))
    state = State(meant.leaves, exchange.cost, (mistake,), {}, exchange.places, given=meant.given)
    return state if isinstance(solve(state.tensors), Solution) else None


def _change_one(state: State, found: _Found, budget: Budget) -> None:
    for seen in state.suspects():
        if budget.spent():
            return
        evidence = _evidence(state, (seen,))
        if evidence is not None:
            for change in changes(seen, evidence, budget, lambda: found.cost - state.cost):
                _offer(state, (seen,), change, 0, found)


def _change_several(state: State, found: _Found, budget: Budget) -> None:
    for group in _groups(state):
        evidence = None if budget.spent() else _evidence(state, group)
        if evidence is not None:
            for change in changes(group[0], evidence, budget, lambda: found.cost - state.cost - 1):
                _offer(state, group, change, 1, found)


def _offer(state: State, group: Sequence[Seen], change: Change, more: int, found: _Found) -> None:
    changed = state.with_change(group, change, more)
    if changed is not None and isinstance(solve(changed.tensors), Solution):
        found.offer(changed)


def _groups(state: State) -> Iterator[tuple[Seen, ...]]:
    """Yield the tensors that may share one mistake: twins, all of one argument or rank, pairs."""
    whole = state.changeable()
    by_argument: dict[str, list[Seen]] = {}
    by_rank: dict[int, list[Seen]] = {}
    for seen in whole:
        by_argument.setdefault(seen.argument, []).append(seen)
        by_rank.setdefault(len(seen.sizes), []).append(seen)
    pairs = list(combinations(state.suspects(), 2))
    yield from (pair for pair in pairs if are_twins(*pair))
    yield from (tuple(group) for group in by_argument.values() if len(group) > 2)
    yield from (pair for pair in pairs if not are_twins(*pair))
    # All of q, k and v token-major: whoever works in one layout has everything in it.
    yield from (tuple(group) for group in by_rank.values() if len(group) > 2)


def _evidence(state: State, group: Sequence[Seen]) -> Evidence | None:
    """Return what the tensors outside a group say; None where they disagree without it."""
    paths = {seen.path for seen in group}
    others = [seen for seen in state.tensors if seen.path not in paths]
    rest = solve(others)
    if not isinstance(rest, Solution):
        return None
    axes = [axis for seen in others for form in seen.forms for axis in form.shape.axes]
    read = {name for a in axes if isinstance(a, Sized) for name in a.expression.names}
    known = read | {axis.name for axis in axes if isinstance(axis, Named)}
    numbers = frozenset(size for seen in others for size in seen.sizes)
    twins = frozenset(s.path for s in state.tensors if s is not group[0] and are_twins(s, group[0]))
    each = [{a.name for f in s.forms for a in f.shape.axes if isinstance(a, Named)} for s in group]
    common = frozenset(set.intersection(*each) if len(group) > 1 else ())
    answers = state.roots is not None
    return Evidence(tuple(others), rest, numbers, frozenset(known), twins, common, answers)
