"""Say why a call was refused: which argument is to blame, and what to write instead.

All tensors of the call are weighed together. If one small change makes everything fit, that change
is the explanation (`repair.py`). Otherwise each tensor is left out in turn: whoever's absence lets
the others agree is to blame. What no axis is needed for (a wrong type) comes first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import Parameter
from typing import Any

import torch

from typed_rope.checking.boundary import RESULT, Boundary
from typed_rope.checking.errors import ShapeError
from typed_rope.checking.forms import EitherForm, JudgedForm, PlainForm, TensorForm
from typed_rope.checking.judge import fits
from typed_rope.checking.leaves import Leaf, call_leaves, result_leaves
from typed_rope.checking.plain import is_plain
from typed_rope.checking.repair import Repair, repairs
from typed_rope.checking.system import (
    Failure,
    Seen,
    Solution,
    argument_of,
    nearest_form,
    see,
    solve,
    step,
)
from typed_rope.checking.wording import (
    MOST_ROWS,
    Row,
    actual,
    annotation,
    axis_names,
    axis_sizes,
    call_text,
    dtype_clause,
    failure_clause,
    layout,
    repair_clause,
    tensor_text,
    type_clause,
)


@dataclass(frozen=True)
class Verdict:
    """What the message is made of."""

    clauses: tuple[str, ...]
    culprits: tuple[str, ...]  # paths
    disputed: frozenset[str] = frozenset()
    fixes: tuple[dict[str, str], ...] = ()
    bindings: Mapping[str, int] = field(default_factory=dict)


def refusal(
    boundary: Boundary,
    arguments: Mapping[str, object],
    given: Mapping[str, object],
    *result: object,
) -> ShapeError:
    """Return the error for a call (or, with `result`, for what it returned) that does not fit."""
    leaves = call_leaves(boundary, arguments, given)
    returned = [leaf for value in result for leaf in result_leaves(boundary, value, given)]
    tensors = [seen for leaf in (*leaves, *returned) if (seen := see(leaf)) is not None]
    verdict = _verdict(returned or leaves, tensors, answers=bool(result))
    everything = [*leaves, *returned]
    places = [*boundary.names, RESULT]
    shown = _shown(everything, tensors, verdict)
    shown.sort(key=lambda leaf: (places.index(argument_of(leaf.path)), everything.index(leaf)))
    rows = [_row(leaf, tensors, verdict) for leaf in shown]
    first = f"{boundary.function}: {'; '.join(verdict.clauses)}"
    first += ": the function's own promise, not your call." if result else "."
    last = _last(boundary, arguments, verdict, answers=bool(result))
    error = ShapeError(layout(first, rows, last))
    error.function = boundary.function
    error.argument = argument_of(verdict.culprits[0]) if verdict.culprits else None
    error.fix = {} if result or not verdict.fixes else verdict.fixes[0]
    error.declared = {row.name: row.declared for row in rows}
    error.actual = {row.name: row.actual for row in rows}
    error.bindings = dict(verdict.bindings)
    return error


def _verdict(leaves: Sequence[Leaf], tensors: Sequence[Seen], *, answers: bool) -> Verdict:
    wrong = [leaf for leaf in leaves if _has_wrong_type(leaf)]
    if wrong:
        clauses = tuple(type_clause(leaf.path, leaf.form, leaf.value) for leaf in wrong[:2])
        return Verdict(clauses, tuple(leaf.path for leaf in wrong))
    judged = tuple(leaf.path for leaf in leaves if _is_array(leaf))
    found = [] if judged else repairs(tensors, _confirmed)
    if answers:
        found = [repair for repair in found if repair.arguments == (RESULT,)]
    if found:
        return _repaired(tensors, found[:2])
    outcome = solve(tensors)
    if isinstance(outcome, Solution):
        # No fault of the tensors: it is an array of another kind that the judge refuses.
        paths = tuple(leaf.path for leaf in leaves if see(leaf) is None and _is_array(leaf))
        return Verdict(
            (f"{' or '.join(paths) or 'an argument'} does not fit its annotation",), paths
        )
    return _blamed(tensors, outcome, answers=answers)


def _confirmed(tensors: Sequence[Seen]) -> bool:
    """Ask the judge about tensors without memory."""
    leaves = [
        Leaf(
            seen.path,
            EitherForm(None, seen.forms) if len(seen.forms) > 1 else seen.forms[0],
            torch.empty(seen.sizes, dtype=seen.dtype, device="meta"),
            {},
        )
        for seen in tensors
    ]
    return fits(leaves, {})


def _has_wrong_type(leaf: Leaf) -> bool:
    if isinstance(leaf.form, PlainForm):
        return not is_plain(leaf.value, leaf.form.hint)
    if all(isinstance(form, TensorForm | PlainForm) for form in leaf.forms()):
        return not any(isinstance(leaf.value, form.array_type) for form in leaf.tensor_forms())
    return not isinstance(leaf.form, EitherForm) and not isinstance(leaf.form, JudgedForm)


def _is_array(leaf: Leaf) -> bool:
    return any(isinstance(form, JudgedForm) for form in leaf.forms())


def _repaired(tensors: Sequence[Seen], found: Sequence[Repair]) -> Verdict:
    clauses = [repair_clause(repair) for repair in found]
    disputed = {name for _, names in clauses for name in names} or _first_dispute(tensors)
    solution = solve(found[0].tensors)
    return Verdict(
        (_either([clause for clause, _ in clauses]),),
        tuple(dict.fromkeys(path for repair in found for path in repair.arguments)),
        frozenset(disputed or _names(found[0].tensors, found[0].arguments)),
        tuple(repair.fix for repair in found),
        solution.bindings.singles if isinstance(solution, Solution) else {},
    )


def _blamed(tensors: Sequence[Seen], outcome: Failure, *, answers: bool) -> Verdict:
    """Blame whoever the others agree without; where that could be several, show them all."""
    suspects = [seen for seen in tensors if isinstance(solve(_without(tensors, seen)), Solution)]
    if answers:
        suspects = [seen for seen in tensors if argument_of(seen.path) == RESULT]
    if len(suspects) == 1:
        failures, culprits = _against_the_others(tensors, suspects[0])
    elif suspects:
        failures, culprits = [outcome], [outcome.seen, *suspects]
    else:
        failures = _all_failures(tensors)
        culprits = [failure.seen for failure in failures]
    clauses = [_clause(failure) for failure in failures[:2]]
    paths = tuple(dict.fromkeys(seen.path for seen in culprits))
    disputed = {name for _, names in clauses for name in names} or _names(tensors, paths)
    return Verdict(
        tuple(clause for clause, _ in clauses),
        paths,
        frozenset(disputed),
        bindings=failures[0].before.bindings.singles,
    )


def _against_the_others(tensors: Sequence[Seen], suspect: Seen) -> tuple[list[Failure], list[Seen]]:
    """Return what one tensor contradicts, and whom to blame for it."""
    others = solve(_without(tensors, suspect))
    failure = step(suspect, others) if isinstance(others, Solution) else others
    if isinstance(failure, Failure):
        return [failure], [suspect]
    # It agrees with every name, so it is an expression of the others (d/2) that it contradicts:
    # theirs to repair, unless no size of theirs could be right.
    failures = _all_failures([suspect, *_without(tensors, suspect)])
    expected = failures[0].mismatch.expected
    hopeless = isinstance(expected, float) and not expected.is_integer()
    return failures[:1], [suspect] if hopeless else [failure.seen for failure in failures]


def _either(clauses: Sequence[str]) -> str:
    """Join clauses that begin with the name of an argument: `k or v fits its annotation ...`."""
    subjects, predicates = zip(*(clause.split(" ", 1) for clause in clauses), strict=True)
    if len(set(predicates)) == 1:
        return f"{' or '.join(dict.fromkeys(subjects))} {predicates[0]}"
    return ", or ".join(clauses)


def _first_dispute(tensors: Sequence[Seen]) -> set[str]:
    outcome = solve(tensors)
    return _clause(outcome)[1] if isinstance(outcome, Failure) else set()


def _clause(failure: Failure) -> tuple[str, set[str]]:
    dtypes = [form.dtypes for form in failure.seen.forms]
    if all(accepted is not None and failure.seen.dtype not in accepted for accepted in dtypes):
        return dtype_clause(failure.seen), set()
    return failure_clause(failure)


def _all_failures(tensors: Sequence[Seen]) -> list[Failure]:
    """Return the failure of each tensor that has to be left out, in order, until all others fit."""
    failures: list[Failure] = []
    left = list(tensors)
    while isinstance(outcome := solve(left), Failure):
        failures.append(outcome)
        left = [seen for seen in left if seen.path != outcome.seen.path]
    return failures


def _without(tensors: Sequence[Seen], seen: Seen) -> list[Seen]:
    return [other for other in tensors if other is not seen]


def _names(tensors: Sequence[Seen], paths: Iterable[str]) -> set[str]:
    wanted = set(paths)
    shapes = [nearest_form(seen).shape for seen in tensors if seen.path in wanted]
    return {name for shape in shapes for axis in shape.axes for name in axis_names(axis)}


def _shown(leaves: Sequence[Leaf], tensors: Sequence[Seen], verdict: Verdict) -> list[Leaf]:
    """Return the leaves that a message has rows for: the culprits, and who shares their axes."""
    sharing = {
        seen.path
        for seen in tensors
        if verdict.disputed & {n for a in nearest_form(seen).shape.axes for n in axis_names(a)}
    }
    culprits = [leaf for leaf in leaves if leaf.path in verdict.culprits][:MOST_ROWS]
    others = [leaf for leaf in leaves if leaf.path in sharing - set(verdict.culprits)]
    return [*culprits, *others[: MOST_ROWS - len(culprits)]] or list(leaves[:MOST_ROWS])


def _row(leaf: Leaf, tensors: Sequence[Seen], verdict: Verdict) -> Row:
    seen = next((seen for seen in tensors if seen.path == leaf.path), None)
    name = "result" + leaf.path.removeprefix(RESULT) if leaf.path.startswith(RESULT) else leaf.path
    culprit = leaf.path in verdict.culprits
    if seen is None:
        return Row(name, annotation(leaf.form), actual(leaf.value), "", culprit)
    shown = annotation(nearest_form(seen, declared=True))
    sizes = axis_sizes(seen, verdict.disputed)
    return Row(name, shown, tensor_text(seen.dtype, seen.sizes), sizes, culprit)


def _last(
    boundary: Boundary, arguments: Mapping[str, object], verdict: Verdict, *, answers: bool
) -> str | None:
    if not verdict.fixes:
        return None
    if answers:
        written = [f"return {fix[RESULT].replace(RESULT, 'result', 1)}" for fix in verdict.fixes]
    else:
        names = list(_passed(boundary, arguments))
        function = boundary.function.rpartition(".")[2]
        written = [call_text(names, function, fix) for fix in verdict.fixes]
    return f"Write: {' or '.join(dict.fromkeys(written))}"


def _passed(boundary: Boundary, arguments: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    """Return the arguments to write, each with how it is passed; defaults are left out."""
    if boundary.signature is None:
        return
    method = "." in boundary.function  # whose instance or class Python passes by itself
    how: dict[Any, str] = {Parameter.VAR_POSITIONAL: "*{}", Parameter.VAR_KEYWORD: "**{}"}
    for name, parameter in boundary.signature.parameters.items():
        if (method and name in ("self", "cls")) or _is_default(arguments.get(name), parameter):
            continue
        by_name = f"{name}={{}}" if parameter.kind is Parameter.KEYWORD_ONLY else "{}"
        yield name, how.get(parameter.kind, by_name)


def _is_default(value: object, parameter: Parameter) -> bool:
    if parameter.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
        return not value
    plain = value is None or isinstance(value, bool | int | float | str)
    return value is parameter.default or (plain and value == parameter.default)
