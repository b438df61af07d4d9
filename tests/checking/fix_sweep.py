"""How often the fix that is shown repairs a wrong call of the library, and what it costs.

    python tests/checking/fix_sweep.py

Of a call that its annotation refuses, the fix is evaluated on the arguments and the function called
again. It is wrong if the call is refused again, or raises. A mistake that the sizes cannot show, or
that only the function's own code refuses, has no fix to judge, and is counted apart.
"""

import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from statistics import median
from typing import Any

import torch
from fix_calls import right_calls
from fix_mistakes import ASKED, OTHER, Mistake, mistakes
from torch import Tensor

from typed_rope.checking import ShapeError


@dataclass(frozen=True)
class Outcome:
    """What became of one mistake."""

    function: str
    mistake: Mistake
    verdict: str  # "accepted", "own code", "repaired", "no fix", "wrong fix"
    restored: bool = False  # whether the fixed arguments are the right ones, number by number
    seconds: float = 0.0
    fix: str = ""


def sweep(*, every: int = 1) -> Iterator[Outcome]:
    """Make every mistake in every call, or every so manieth."""
    for name, (function, right) in right_calls().items():
        function(**right)
        for mistake in islice(mistakes(right), None, None, every):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # torch speaks of dtypes that it mixes
                outcome = _outcome(name, function, right, mistake)
            yield outcome


def _outcome(
    name: str, function: Callable[..., Any], right: dict[str, Any], mistake: Mistake
) -> Outcome:
    began = time.thread_time()
    try:
        function(**mistake.arguments)
    except ShapeError as error:
        seconds = time.thread_time() - began
        if not error.declared:
            return Outcome(name, mistake, "own code")
        return _judged(name, function, right, mistake, error, seconds)
    except (ValueError, RuntimeError, TypeError, IndexError, AttributeError):
        return Outcome(name, mistake, "own code")
    return Outcome(name, mistake, "accepted")


def _judged(
    name: str,
    function: Callable[..., Any],
    right: dict[str, Any],
    mistake: Mistake,
    error: ShapeError,
    seconds: float,
) -> Outcome:
    arguments = mistake.arguments
    if not error.fix or error.function != _name(function):
        return Outcome(name, mistake, "no fix", seconds=seconds)
    try:
        fixed = {key: eval(how, {"torch": torch}, arguments) for key, how in error.fix.items()}
        function(**{**arguments, **fixed})
    except Exception as again:
        shown = f"{dict(error.fix)}: {type(again).__name__}: {str(again).splitlines()[0]}"
        return Outcome(name, mistake, "wrong fix", False, seconds, shown)
    restored = all(_same({**arguments, **fixed}[key], right[key]) for key in right)
    return Outcome(name, mistake, "repaired", restored, seconds, str(dict(error.fix)))


def _name(function: Any) -> str:
    made = vars(function)["__init__"] if isinstance(function, type) else function
    return str(made.__boundary__.function)


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, Tensor) and isinstance(right, Tensor):
        return left.shape == right.shape and left.dtype == right.dtype and torch.equal(left, right)
    return left is right or (type(left) is type(right) and bool(left == right))


def table(outcomes: list[Outcome]) -> str:
    """Write the counts, a line for each kind of mistake."""
    rows = [
        f"{'':10}{'made':>6}{'refused':>9}{'repaired':>10}{'no fix':>8}{'wrong':>7}{'restored':>10}"
    ]
    groups: list[tuple[str, tuple[str, ...]]] = [(kind, (kind,)) for kind in ASKED]
    groups += [("together", ASKED), *((kind, (kind,)) for kind in OTHER)]
    for title, kinds in groups:
        of_kind = [outcome for outcome in outcomes if outcome.mistake.kind in kinds]
        counts = Counter(outcome.verdict for outcome in of_kind)
        refused = counts["repaired"] + counts["no fix"] + counts["wrong fix"]
        restored = sum(outcome.restored for outcome in of_kind)
        share = f"{counts['repaired'] / refused:.1%}" if refused else ""
        rows.append(
            f"{title:10}{len(of_kind):6}{refused:9}{share:>10}{counts['no fix']:8}"
            f"{counts['wrong fix']:7}{f'{restored / refused:.1%}' if refused else '':>10}"
        )
    times = [outcome.seconds * 1e3 for outcome in outcomes if outcome.seconds]
    rows.append(
        f"refused in {median(times):.1f} ms of processor time (median), {max(times):.1f} (worst)"
    )
    return "\n".join(rows)


def share_repaired(outcomes: list[Outcome], kinds: tuple[str, ...]) -> float:
    """Return which part of the refused calls the shown fix repairs."""
    of_kind = [outcome for outcome in outcomes if outcome.mistake.kind in kinds]
    counts = Counter(outcome.verdict for outcome in of_kind)
    return counts["repaired"] / (counts["repaired"] + counts["no fix"] + counts["wrong fix"])


def main() -> int:
    outcomes = list(sweep())
    print(table(outcomes))
    if "--list" in sys.argv:
        for outcome in sorted(outcomes, key=lambda outcome: -outcome.seconds)[:10]:
            what = f"{outcome.function}, {outcome.mistake.kind} {outcome.mistake.what}"
            print(f"{outcome.seconds * 1e3:.1f} ms: {what} ({outcome.verdict})")
        for outcome in outcomes:
            if outcome.verdict in ("no fix", "wrong fix"):
                where = f"{outcome.function}, {outcome.mistake.kind} {outcome.mistake.what}"
                print(f"{outcome.verdict}: {where} {outcome.fix}")
    return int(any(outcome.verdict == "wrong fix" for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
