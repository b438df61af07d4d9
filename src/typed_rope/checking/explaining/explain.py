"""Say why a call was refused: which argument is to blame, and what to write instead.

All tensors of the call are weighed together. If one small change makes everything fit, that change
is the explanation (`repairing`); otherwise whoever the others agree without is to blame (`blame`).
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from inspect import Parameter
from typing import Any

from typed_rope.checking.boundary import RESULT, Boundary
from typed_rope.checking.errors import ShapeError
from typed_rope.checking.explaining.blame import Verdict, axes_of, blamed, first_dispute
from typed_rope.checking.explaining.callers import function_of, refused_frame, where_called
from typed_rope.checking.explaining.clause import listed
from typed_rope.checking.explaining.mistakes import repair_clauses
from typed_rope.checking.explaining.rows import culprit_rows
from typed_rope.checking.explaining.wording import call_text, layout
from typed_rope.checking.repairing import (
    Budget,
    Refused,
    Repair,
    is_trial,
    passed_parameters,
    repairs,
    trial_of,
)
from typed_rope.checking.system import Seen, Solution, argument_of, solve

_MOST_SHOWN = 2  # of several repairs that are equally small


def refusal(
    boundary: Boundary,
    arguments: Mapping[str, object],
    given: Mapping[str, object],
    *result: object,
) -> ShapeError:
    """Return the error for a call (or, with `result`, for what it returned) that does not fit."""
    if is_trial():
        return ShapeError(boundary.function)
    frame = refused_frame()
    refused = Refused(boundary, arguments, given, result)
    if frame is None:
        return explained(refused, None)
    return explained(replace(refused, trial=trial_of(function_of(frame))), where_called(frame))


def explained(refused: Refused, within: str | None) -> ShapeError:
    """Do the same where it is known which checked function of the user's the call was made in."""
    boundary, answers = refused.boundary, refused.answers
    tensors = refused.tensors
    verdict = _verdict(refused, tensors)
    rows = culprit_rows(refused, tensors, verdict)
    first = f"{boundary.function}: {_with_records(refused, verdict)}"
    first += (
        ": the function's own promise, not your call." if answers and not verdict.of_call else "."
    )
    last = [] if within is None else [f"In: {within}"]
    last += _written(refused, verdict)
    error = ShapeError(layout(first, rows, "\n".join(last) or None))
    error.function = boundary.function
    error.argument = argument_of(verdict.culprits[0]) if verdict.culprits else None
    error.fix = {} if answers or not verdict.fixes else dict(verdict.fixes[0])
    error.declared = {row.name: row.declared for row in rows}
    error.actual = {row.name: row.actual for row in rows}
    error.bindings = dict(verdict.bindings)
    return error


def _with_records(refused: Refused, verdict: Verdict) -> str:
    """Join the clauses, and say of a field what it is a field of."""
    text = "; ".join(verdict.clauses)
    holders: dict[str, list[str]] = {}
    for path in verdict.culprits:
        holder, dot, _ = path.rpartition(".")
        if dot and path in text:
            holders.setdefault(holder, []).append(path)
    for holder, paths in holders.items():
        with suppress(Exception):  # a path may have keys in it that are no Python
            record = type(eval(holder, {}, dict(refused.arguments))).__name__
            together = next((p for p in (listed(paths), " or ".join(paths)) if p in text), paths[0])
            kind = f"fields of {record}" if len(paths) > 1 and together != paths[0] else ""
            text = text.replace(together, f"{together} ({kind or f'a field of {record}'})", 1)
    return text


def _verdict(refused: Refused, tensors: Sequence[Seen]) -> Verdict:
    found: list[Repair] = []
    if not any(leaf.is_judged() for leaf in refused.leaves):
        # What is searched among is the user's: whatever it does, the refusal stands.
        with suppress(Exception):
            found = repairs(refused, Budget())[:_MOST_SHOWN]
    if found:
        return _repaired(refused, tensors, found)
    return blamed(refused.leaves, tensors, answers=refused.answers)


def _repaired(refused: Refused, tensors: Sequence[Seen], found: Sequence[Repair]) -> Verdict:
    clause, disputed = repair_clauses(refused, found)
    paths = tuple(dict.fromkeys(path for repair in found for path in repair.paths))
    solution = solve(found[0].tensors)
    return Verdict(
        (clause,),
        paths,
        frozenset(disputed or first_dispute(tensors) or axes_of(found[0].tensors, paths)),
        tuple(repair.fix for repair in found),
        solution.bindings.singles if isinstance(solution, Solution) else {},
    )


def _written(refused: Refused, verdict: Verdict) -> list[str]:
    """Write the last line, to paste."""
    if not verdict.fixes:
        return []
    if refused.answers:
        written = [f"return {fix[RESULT]}" for fix in verdict.fixes]
    else:
        function = refused.boundary.function.rpartition(".")[2]
        written = [call_text(_names(refused, fix), function, fix) for fix in verdict.fixes]
    return [f"Write: {' or '.join(dict.fromkeys(written))}"]


def _names(refused: Refused, fix: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the arguments to write, each with how it is passed; defaults are left out."""
    how: dict[Any, str] = {Parameter.VAR_POSITIONAL: "*{}", Parameter.VAR_KEYWORD: "**{}"}
    signature = refused.boundary.signature
    passed = {p.name for p in passed_parameters(refused.boundary, refused.arguments)} | fix.keys()
    passed -= {name for name, written in fix.items() if written == "None"}
    names: list[tuple[str, str]] = []
    skipped = False
    for name, parameter in signature.parameters.items() if signature is not None else ():
        if name not in passed:
            skipped = skipped or name not in ("self", "cls")
            continue
        by_name = parameter.kind is Parameter.KEYWORD_ONLY or skipped
        names.append((name, how.get(parameter.kind, f"{name}={{}}" if by_name else "{}")))
    return names
