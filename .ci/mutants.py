"""Break the code in one place, and see whether a test notices: `.ci/mutants.py --part shapes`.

docs/mutants.md tells what is broken, what counts as killed, and which mutants are known to survive.
With `--count` a seeded sample is drawn over all parts that are asked for.
"""

import argparse
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from mutation.forked import ROOT, load_once
from mutation.mutants import Mutant, mutants
from mutation.reach import Reached, reached
from mutation.trial import Trial, Verdict

PACKAGE = ROOT / "src" / "typed_rope"
PARTS = {
    "shapes": (["shapes"], ["tests/shapes"]),
    "layout": (["layout.py", "dtypes.py"], ["tests/test_layout.py", "tests/test_dtypes.py"]),
    "rope": (["rope"], ["tests/rope"]),
    "checking": (["checking"], ["tests/checking"]),
}
ACCEPTED = Path(__file__).parent / "mutation" / "accepted.txt"


def sources(part: str) -> list[Path]:
    """List the files of a part that are mutated."""
    found = [PACKAGE / name for name in PARTS[part][0]]
    return [
        path for one in found for path in ([one] if one.is_file() else sorted(one.rglob("*.py")))
    ]


def suite(part: str, cache: Path, tests: Sequence[Path]) -> list[Reached]:
    """Record which lines the tests of a part reach, or only those that `tests` names."""
    found = [ROOT / name for name in PARTS[part][1]]
    files = [
        f for one in found for f in ([one] if one.is_file() else sorted(one.rglob("test_*.py")))
    ]
    if tests:
        files = [f for f in files if _is_below(f, tests)]
    return [reached(path.relative_to(ROOT).as_posix(), cache) for path in files]


def verdicts(
    drawn: Sequence[tuple[str, Mutant]],
    suites: dict[str, list[Reached]],
    jobs: int,
    longest: float,
) -> Iterator[tuple[str, Verdict]]:
    """Try the mutants, `jobs` at a time."""
    waiting, running = list(reversed(drawn)), list[tuple[str, Trial]]()
    while waiting or running:
        while waiting and len(running) < jobs:
            part, mutant = waiting.pop()
            running.append((part, Trial(mutant, suites[part], longest)))
        for part, trial in list(running):
            verdict = trial.step()
            if verdict is not None:
                running.remove((part, trial))
                yield part, verdict
        time.sleep(0.01)


def name(verdict: Verdict) -> str:
    """Name a mutant by its file, its function and what differs, whatever stands around it."""
    told = verdict.told
    path = verdict.mutant.path.relative_to(PACKAGE).with_suffix("").as_posix()
    return f"{path} {told.scope or 'module'}: {told.difference}"


def entry(part: str, verdict: Verdict) -> dict[str, object]:
    """Write a verdict for the log."""
    mutant, told = verdict.mutant, verdict.told
    where = f"{mutant.path.relative_to(ROOT).as_posix()}:{told.line}"
    key = [mutant.path.relative_to(ROOT).as_posix(), mutant.place, mutant.operator, mutant.number]
    return {
        "part": part, "where": where, "operator": mutant.operator, "outcome": verdict.outcome,
        "covered": verdict.covered, "seconds": round(verdict.seconds, 2), "name": name(verdict),
        "key": key,
    }  # fmt: skip


def draw(options: argparse.Namespace) -> list[tuple[str, Mutant]]:
    """Draw the mutants to try: a sample, or those that a log calls survivors."""
    files = [(p, path) for p in options.part for path in sources(p)]
    if options.source:
        files = [(p, path) for p, path in files if _is_below(path, options.source)]
    every = [(part, m) for part, path in files for m in mutants(path)]
    if options.survivors_of:
        log = map(json.loads, options.survivors_of.read_text(encoding="utf-8").splitlines())
        keys = [tuple(e["key"]) for e in log if e["outcome"] == "survived"]
        return [(p, m) for p, m in every if _key(m) in keys]
    if options.count is None:
        return every
    return random.Random(options.seed).sample(every, min(options.count, len(every)))


def _is_below(path: Path, found: Sequence[Path]) -> bool:
    return any(path.is_relative_to(one.resolve()) for one in found)


def _key(mutant: Mutant) -> tuple[object, ...]:
    path = mutant.path.relative_to(ROOT).as_posix()
    return path, mutant.place, mutant.operator, mutant.number


def report(scores: Counter[tuple[str, str]], parts: Sequence[str]) -> float:
    """Print the score of each part, and return that of all."""
    for part in [*parts, "all"]:
        tried = sum(n for (p, _), n in scores.items() if part in (p, "all"))
        lived = sum(n for (p, o), n in scores.items() if part in (p, "all") and o == "survived")
        if tried:
            print(f"{part:<9} {tried - lived} of {tried} killed: {1 - lived / tried:.1%}")
    return 1 - lived / tried if tried else 1.0


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", action="append", choices=PARTS, help="default: all parts")
    parser.add_argument(
        "--source", action="append", type=Path, metavar="PATH",
        help="only mutants of this file or folder of the parts",
    )  # fmt: skip
    parser.add_argument(
        "--tests", action="append", type=Path, metavar="PATH",
        help="ask only this file or folder of the part's tests: a lower bound",
    )  # fmt: skip
    parser.add_argument("--count", type=int, help="how many are drawn; default: every mutant")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--at-least", type=float, default=0.0, help="share that must be killed")
    parser.add_argument(
        "--longest", type=float, default=float("inf"), metavar="SECONDS",
        help="ask no test file that takes longer, unless it has the source's name: a lower bound",
    )  # fmt: skip
    parser.add_argument("--log", type=Path, help="JSON lines; a run goes on where its log ends")
    parser.add_argument("--survivors-of", type=Path, metavar="LOG", help="try only its survivors")
    parser.add_argument("--cache", type=Path, default=ROOT / "build" / "mutants")
    options = parser.parse_args()
    options.part = options.part or [
        p
        for p in PARTS
        if not options.source or any(_is_below(path, options.source) for path in sources(p))
    ]
    return options


def main() -> None:
    """Draw mutants, try them, and fail if too many survive."""
    # The same hashes, examples and threads in every run, so that a survivor can be tried again.
    wanted = {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "CI": "true"}
    if any(os.environ.get(key) != value for key, value in wanted.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | wanted)
    options = arguments()
    drawn = draw(options)
    load_once()
    suites = {part: suite(part, options.cache, options.tests or []) for part in options.part}
    done = {}
    if options.log and options.log.exists():
        log = map(json.loads, options.log.read_text(encoding="utf-8").splitlines())
        done = {tuple(e["key"]): e for e in log}
    scores = Counter((e["part"], e["outcome"]) for _, m in drawn if (e := done.get(_key(m))))
    waiting = [(part, m) for part, m in drawn if _key(m) not in done]
    accepted = ACCEPTED.read_text(encoding="utf-8") if ACCEPTED.exists() else ""
    started = time.monotonic()
    for number, (part, verdict) in enumerate(
        verdicts(waiting, suites, options.jobs, options.longest), 1
    ):
        scores[part, verdict.outcome] += 1
        told = entry(part, verdict)
        if options.log:
            with options.log.open("a", encoding="utf-8") as log:
                print(json.dumps(told), file=log)
        if verdict.outcome == "survived":
            known = "known" if str(told["name"]) in accepted else "new"
            print(
                f"survived ({known}) {told['where']} {told['operator']}\n    {told['name']}",
                flush=True,
            )
        left = (time.monotonic() - started) / number * (len(waiting) - number)
        if number % 25 == 0:
            print(
                f"{number} of {len(waiting)}, {left / 60:.0f} min left", file=sys.stderr, flush=True
            )
    sys.exit(report(scores, options.part) < options.at_least)


if __name__ == "__main__":
    main()
