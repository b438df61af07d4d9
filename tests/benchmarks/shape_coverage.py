"""What shape coverage costs a suite: the same tests with and without it, in turn.

python tests/benchmarks/shape_coverage.py [--rounds N] [TEST ...]

Processor time is what others on the machine disturb least.
"""

import subprocess
import sys
from argparse import ArgumentParser
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from time import perf_counter

TESTS = ["tests/attention", "tests/rope", "tests/modules", "tests/test_layout.py"]


def _seconds(arguments: list[str]) -> tuple[float, float]:
    """Return the time by the clock and the processor's, of one run that has to pass."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    start, before = perf_counter(), getrusage(RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    after = getrusage(RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return perf_counter() - start, processor


def main() -> None:
    """Print the medians and the median of the ratios of two runs that followed each other."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("tests", nargs="*", default=TESTS)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    tests = [*options.tests, "--hypothesis-seed=0"]
    pairs = [
        (_seconds(tests), _seconds([*tests, "--shape-coverage=typed_rope"]))
        for _ in range(options.rounds)
    ]
    for name, kind in (("clock", 0), ("processor", 1)):
        without, covered = ([run[kind] for run in runs] for runs in zip(*pairs, strict=True))
        ratio = median(c / w for c, w in zip(covered, without, strict=True))
        print(
            f"{name:9}  without {median(without):.2f} s, with {median(covered):.2f} s: "
            f"{ratio:.3f} times"
        )


if __name__ == "__main__":
    main()
