"""Evaluate every fix that is shown for random calls of random signatures.

    python tests/checking/fuzz_fixes.py --count 20000

A refused call must raise ShapeError and nothing else, its fix must be an expression over the
arguments, and the call with it must be accepted. The exit code is 1 if one is not.
"""

import argparse
import inspect
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import torch
from fuzz_axes import draw_scene
from fuzz_calls import Call, Signature, build, draw_call, draw_signature

from typed_rope.checking import ShapeError, typed

CALLS = 10  # of each signature


def check(seed: int, tally: Counter[str], times: list[float]) -> Iterator[str]:
    """Refuse a few calls of one random signature, and repair them; yield what goes wrong."""
    random = Random(seed)
    signature = draw_signature(random)
    returned: list[Any] = [None]
    function = typed(build(signature, lambda _: returned[0]))
    for number in range(CALLS):
        call = draw_call(signature, draw_scene(random))
        returned[0] = call.result
        began = time.thread_time()
        error = _refusal(function, call, signature)
        if error is None:
            tally["accepted"] += 1
            continue
        times.append(time.thread_time() - began)
        if not isinstance(error, ShapeError):
            yield f"seed {seed}, call {number}: {type(error).__name__}: {error}"
        elif error.argument == "return":
            tally["result refused"] += 1
        elif not error.fix:
            tally["no fix"] += 1
        else:
            wrong = _repaired(function, call, signature, error)
            tally["wrong fix" if wrong else "repaired"] += 1
            if wrong:
                yield f"seed {seed}, call {number}: {wrong}\n{error}"


def _refusal(function: Any, call: Call, signature: Signature) -> Exception | None:
    positional, keywords = call.arguments(signature)
    try:
        function(*positional, **keywords)
    except Exception as error:
        return error
    return None


def _repaired(function: Any, call: Call, signature: Signature, error: ShapeError) -> str | None:
    positional, keywords = call.arguments(signature)
    bound = inspect.signature(function).bind(*positional, **keywords)
    bound.apply_defaults()
    arguments = dict(bound.arguments)
    try:
        fixed = {name: eval(how, {"torch": torch}, arguments) for name, how in error.fix.items()}
    except Exception as problem:
        return f"{type(problem).__name__}: {problem}"
    bound.arguments.update(fixed)
    try:
        function(*bound.args, **bound.kwargs)
    except ShapeError as again:
        return None if again.argument == "return" else f"refused again: {again}"
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=10_000, help="calls (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the first signature")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    tally, times, wrong = Counter[str](), list[float](), 0
    for seed in range(options.seed, options.seed + -(-options.count // CALLS)):
        for found in check(seed, tally, times):
            print(found, flush=True)
            wrong += 1
    times.sort()
    print(f"{dict(tally)}; {wrong} wrong")
    print(
        f"refused in {times[len(times) // 2] * 1e3:.1f} ms (median), {times[-1] * 1e3:.1f} (worst)"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
