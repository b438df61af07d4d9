"""Who is to blame where no change is known that would help.

Each tensor is left out in turn, then each pair: whoever the others agree without is to blame. Where
that could be several, all of them are shown. What no axis is needed for (a wrong type) comes first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from typed_rope.checking.boundary import RESULT
from typed_rope.checking.explaining.clause import Clause, clause_of, joined, shared
from typed_rope.checking.explaining.disagreement import (
    failure_clause,
    uneven_division,
    uneven_values,
)
from typed_rope.checking.explaining.wording import (
    MOST_ROWS,
    axis_names,
    dtype_clause,
    has_other_rank,
    rank_clause,
    said,
    type_clause,
)
from typed_rope.checking.leaves import Leaf
from typed_rope.checking.system import (
    Failure,
    Seen,
    Solution,
    argument_of,
    has_wrong_dtype,
    nearest_form,
    solve,
    step,
    suspicious,
)

_TOGETHER = "the arguments do not fit their annotations together"
_MOST_TENSORS = 12  # of which each and each pair is left out: more would take too long
_OF_MANY = 4  # the first that disagree, and those that they disagree with


@dataclass(frozen=True)
class Verdict:
    """What a message is made of."""

    clauses: tuple[str, ...]
    culprits: tuple[str, ...]  # paths
    disputed: frozenset[str] = frozenset()
    fixes: tuple[Mapping[str, str], ...] = ()
    bindings: Mapping[str, int] = field(default_factory=dict)
    of_call: bool = False  # whether the call is to blame for a result that nobody could return


def blamed(leaves: Sequence[Leaf], tensors: Sequence[Seen], *, answers: bool) -> Verdict:
    """Say who does not fit; with `answers`, it can only be the result."""
    asked = [leaf for leaf in leaves if not answers or argument_of(leaf.path) == RESULT]
    wrong = [leaf for leaf in asked if leaf.has_wrong_type()]
    if wrong:
        clauses = tuple(type_clause(leaf.path, leaf.form, leaf.value) for leaf in wrong[:2])
        return Verdict(clauses, tuple(leaf.path for leaf in wrong))
    outcome = solve(tensors)
    if isinstance(outcome, Solution):
        # No fault of the tensors: it is an array of another kind that the judge refuses.
        known = {seen.path for seen in tensors}
        paths = tuple(leaf.path for leaf in asked if leaf.path not in known and leaf.is_judged())
        if answers and not paths:
            paths = (RESULT,)
        names = " or ".join(map(said, paths))
        clause = f"{names} does not fit its annotation" if paths else _TOGETHER
        return Verdict((clause,), paths)
    return _disagreeing(tensors, outcome, answers=answers)


def _disagreeing(tensors: Sequence[Seen], outcome: Failure, *, answers: bool) -> Verdict:
    suspects = [] if answers else _suspects(tensors)
    if len(suspects) == 1:
        failures, culprits = _against_the_others(tensors, suspects[0])
    elif suspects and len(suspects[0]) == 1:
        failures, culprits = [outcome], [outcome.seen, *(seen for (seen,) in suspects)]
    else:
        failures = _all_failures(tensors)
        culprits = [failure.seen for failure in failures]
    impossible = _cause(failures[0], tensors)
    if answers:
        culprits = [seen for seen in culprits if argument_of(seen.path) == RESULT]
    if impossible is not None and impossible.argument != RESULT:
        culprits = [impossible, *([] if answers else culprits)]
    clauses = shared([_clause(failure) for failure in failures])[:2]
    values = uneven_values(failures[0])
    paths = tuple(dict.fromkeys(values or (seen.path for seen in culprits)))
    return Verdict(
        tuple(joined(clauses)),
        paths,
        frozenset({name for c in clauses for name in c.disputed} or axes_of(tensors, paths)),
        bindings=failures[0].before.bindings.singles,
        of_call=bool(values) or (impossible is not None and impossible.argument != RESULT),
    )


def _cause(failure: Failure, tensors: Sequence[Seen]) -> Seen | None:
    """Return the tensor whose size does not divide, where it is that which another contradicts."""
    division = uneven_division(failure)
    owner = None if division is None else failure.before.owners.get(division[1])
    return next((seen for seen in tensors if seen.path == owner), None)


def _suspects(tensors: Sequence[Seen]) -> list[tuple[Seen, ...]]:
    """Return the fewest tensors without which the others agree; all such sets of that size."""
    some = suspicious(tensors)[: _MOST_TENSORS if len(tensors) <= _MOST_TENSORS else _OF_MANY]
    for count in (1, 2) if len(tensors) <= _MOST_TENSORS else (1,):
        groups = [
            group
            for group in combinations(some, count)
            if isinstance(solve(_without(tensors, group)), Solution)
        ]
        if groups:
            return groups
    return []


def _against_the_others(
    tensors: Sequence[Seen], suspects: tuple[Seen, ...]
) -> tuple[list[Failure], list[Seen]]:
    """Return what some tensors contradict, and whom to blame for it."""
    others = solve(_without(tensors, suspects))
    outcomes = [step(s, others) if isinstance(others, Solution) else others for s in suspects]
    failures = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
    if len(failures) == len(suspects):
        return failures, list(suspects)
    # They agree with every name, so it is an expression of the others (d/2) that they contradict:
    # theirs to repair, unless no size of theirs could be right.
    failures = _all_failures([*suspects, *_without(tensors, suspects)])
    expected = failures[0].mismatch.expected
    hopeless = isinstance(expected, float) and not expected.is_integer()
    return failures[:1], list(suspects) if hopeless else [failure.seen for failure in failures]


def first_dispute(tensors: Sequence[Seen]) -> set[str]:
    """Return the axes of the first tensor that does not fit the ones before it."""
    outcome = solve(tensors)
    return set(_clause(outcome).disputed) if isinstance(outcome, Failure) else set()


def _clause(failure: Failure) -> Clause:
    seen, path = failure.seen, said(failure.seen.path)
    if has_wrong_dtype(seen):
        text = dtype_clause(seen)
        if has_other_rank(seen):
            text += f", and{rank_clause('', seen)}"
        return clause_of(path, text, set())
    return clause_of(path, *failure_clause(failure))


def _all_failures(tensors: Sequence[Seen]) -> list[Failure]:
    """Return the failure of each tensor that has to be left out, in order, until all others fit."""
    failures: list[Failure] = []
    left = list(tensors)
    while len(failures) < MOST_ROWS and isinstance(outcome := solve(left), Failure):
        failures.append(outcome)
        left = [seen for seen in left if seen.path != outcome.seen.path]
    return failures


def _without(tensors: Sequence[Seen], some: tuple[Seen, ...]) -> list[Seen]:
    return [other for other in tensors if all(other is not seen for seen in some)]


def axes_of(tensors: Sequence[Seen], paths: Iterable[str]) -> set[str]:
    """Return the names that the axes of some tensors bind or read."""
    wanted = set(paths)
    shapes = [nearest_form(seen).shape for seen in tensors if seen.path in wanted]
    return {name for shape in shapes for axis in shape.axes for name in axis_names(axis)}
