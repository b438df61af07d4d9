"""Compare the verdicts of `@typed` with those of jaxtyping and beartype on random calls.

    python tests/checking/fuzz_guard.py --count 1000000

Each case is a signature and a call of it, mostly nearly right. The verdicts must be equal in both
directions, on the arguments and on the result, and a call that is accepted must hand the very same
objects on. The exit code is 1 at a disagreement, of which the smallest is printed.
"""

import argparse
import dataclasses
import inspect
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from inspect import Parameter
from random import Random
from typing import Any
from unittest.mock import patch

import torch
from fuzz_axes import draw_scene
from fuzz_calls import Call, Signature, Slot, build, draw_call, draw_signature
from fuzz_oracle import Judged, Undecided, Verdict, by_parts

from typed_rope.checking import ShapeError, judge, refuse, typed
from typed_rope.checking.boundary import Boundary

CALLS = 10  # of each signature
EXPLAINED = 0.1  # of the refusals: an explanation costs more than all else


@dataclass(frozen=True)
class Disagreement:
    seed: int
    signature: Signature
    call: Call
    expected: str
    got: str

    def __str__(self) -> str:
        positional, keywords = self.call.arguments(self.signature)
        shown = [_shown(v) for v in positional] + [f"{k}={_shown(v)}" for k, v in keywords.items()]
        returned = f" returning {_shown(self.call.result)}" if self.signature.result else ""
        return (
            f"seed {self.seed}: the judge says {self.expected}, typed says {self.got}\n"
            f"  def fuzzed{_written(self.signature)}\n"
            f"  fuzzed({', '.join(shown)}){returned}"
        )


class Subject:
    """One signature, behind `@typed` and before the judge."""

    def __init__(self, signature: Signature, seed: int) -> None:
        self.signature, self.seed = signature, seed
        self.judged = Judged(signature)
        self._ran: dict[str, object] = {}  # empty: it has not run
        self._result: object = None
        self._function = self._checked()

    def compare(self, call: Call, *, twice: bool) -> Disagreement | Verdict:
        expected = self.judged.direct(call)
        if expected is None or twice:
            try:
                parts = by_parts(self.signature, call)
            except Undecided:
                parts = Verdict.UNDECIDED
            if expected not in (None, parts):
                shown = f"{expected} (as a whole)"
                return Disagreement(self.seed, self.signature, call, shown, f"{parts} (by parts)")
            expected = parts
        got = self.observe(call)
        decided = expected is not Verdict.UNDECIDED
        if got == expected.value or (not decided and got in [verdict.value for verdict in Verdict]):
            return expected
        return Disagreement(self.seed, self.signature, call, expected.value, got)

    def observe(self, call: Call) -> str:
        """Call the checked function, and tell what happened."""
        self._ran, self._result = {}, call.result
        positional, keywords = call.arguments(self.signature)
        try:
            result = self._function(*positional, **keywords)
        except ShapeError as error:
            if error.function != "fuzzed":
                return f"refused in the name of {error.function!r}"
            refused = Verdict.RESULT if self._ran else Verdict.ARGUMENTS
            return str(refused.value)
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        if result is not call.result:
            return "another result"
        for name, value in call.values.items():
            if not _same(self._ran[name], value):
                return f"another {name}"
        return str(Verdict.ACCEPTED.value)

    def _checked(self) -> Any:
        return typed(build(self.signature, self._body))

    def _body(self, arguments: dict[str, object]) -> object:
        self._ran = {**arguments, "ran": True}
        return self._result


class RecordSubject(Subject):
    """The same parameters as fields of a dataclass, which is checked when it is made."""

    def _checked(self) -> Any:
        fields: list[Any] = [
            (slot.name, Any if slot.spec is None else slot.hint, _field(slot))
            for slot in self.signature.slots
        ]
        make = typed(dataclasses.make_dataclass("fuzzed", fields))

        def construct(*positional: Any, **keywords: Any) -> object:
            self._body(vars(make(*positional, **keywords)))
            return self._result

        return construct


def _field(slot: Slot) -> Any:
    by_keyword = slot.kind is Parameter.KEYWORD_ONLY
    if slot.default is Parameter.empty:
        return dataclasses.field(kw_only=by_keyword)
    return dataclasses.field(default=slot.default, kw_only=by_keyword)


def draw_subject(random: Random, seed: int) -> Subject:
    signature = draw_signature(random)
    alone = replace(signature, result=None)
    if random.random() < 0.3 and alone.readable() and all(map(_may_be_a_field, alone.slots)):
        return RecordSubject(alone, seed)
    return Subject(signature, seed)


def _may_be_a_field(slot: Slot) -> bool:
    named = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
    return slot.kind in named and not isinstance(slot.default, list | dict)


@contextmanager
def counted(tally: Counter[str]) -> Iterator[None]:
    """Count how often the guard, without need, leaves a call that fits to the judge."""

    def fits(*leaves_and_arguments: Any) -> bool:
        verdict: bool = judge.fits(*leaves_and_arguments)
        tally["left to the judge"] += verdict
        return verdict

    with patch.object(refuse, "fits", fits):
        yield


@contextmanager
def unexplained() -> Iterator[None]:
    """Let refusals be without words."""

    def terse(boundary: Boundary, *_: object) -> ShapeError:
        error = ShapeError("refused")
        error.function = boundary.function
        return error

    with patch.object(refuse, "refusal", terse):
        yield


def check(seed: int, tally: Counter[str]) -> Iterator[Disagreement]:
    """Compare the verdicts on a few calls of one random signature."""
    random = Random(seed)
    subject = draw_subject(random, seed)
    for _ in range(CALLS):
        call = draw_call(subject.signature, draw_scene(random))
        spoken = nullcontext() if random.random() < EXPLAINED else unexplained()
        with spoken, counted(tally):
            found = subject.compare(call, twice=random.random() < 0.05)
        tally["cases"] += 1
        if isinstance(found, Disagreement):
            yield found
        else:
            tally[found.value] += 1


def _same(seen: Any, given: Any) -> bool:
    if isinstance(given, tuple) and type(seen) is tuple:
        return len(seen) == len(given) and all(map(_same, seen, given))
    if isinstance(given, dict) and type(seen) is dict:
        return seen.keys() == given.keys() and all(_same(seen[k], given[k]) for k in given)
    return seen is given


def smallest(found: Disagreement) -> Disagreement:
    """Drop parameters, and the result, as long as the verdicts differ."""
    signature, call = found.signature, found.call
    smaller = [
        (replace(signature, slots=tuple(s for s in signature.slots if s is not slot)), slot.name)
        for slot in signature.slots
    ]
    smaller += [(replace(signature, result=None), "")] if signature.result else []
    for candidate, dropped in smaller:
        if not candidate.readable():
            continue
        values = {name: value for name, value in call.values.items() if name != dropped}
        result = None if candidate.result is None else call.result
        try:
            again = Subject(candidate, found.seed).compare(Call(values, result), twice=True)
        except ValueError:
            continue  # `{n}` without n
        if isinstance(again, Disagreement) and again.got.split(":")[0] == found.got.split(":")[0]:
            return smallest(again)
    return found


def _written(signature: Signature) -> str:
    text = str(inspect.signature(build(signature, len)))
    return text.replace("jaxtyping.", "").replace("typing.", "").replace("[Tensor, ", "[")


def _shown(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return f"{str(value.dtype).removeprefix('torch.')}{list(value.shape)}"
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return f"Pair({', '.join(map(_shown, value))})"
    if isinstance(value, list | tuple):
        return f"{type(value).__name__}({', '.join(map(_shown, value))})"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {_shown(item)}' for key, item in value.items())}}}"
    if hasattr(value, "__dataclass_fields__"):
        return f"State({', '.join(_shown(item) for item in vars(value).values())})"
    return repr(value)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=10_000, help="cases (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the first signature")
    parser.add_argument("--keep-going", action="store_true", help="do not stop at the first")
    options = parser.parse_args()
    tally, began, wrong = Counter[str](), time.perf_counter(), 0
    for seed in range(options.seed, options.seed + -(-options.count // CALLS)):
        for found in check(seed, tally):
            print(smallest(found), flush=True)
            wrong += 1
            if not options.keep_going:
                return 1
        if seed % 500 == 499:
            print(f"{time.perf_counter() - began:6.0f} s  {dict(tally)}", flush=True)
    print(f"{time.perf_counter() - began:6.0f} s  {dict(tally)}, {wrong} disagreements")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
