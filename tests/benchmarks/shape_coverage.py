"""What shape coverage costs a suite: the same tests with and without it, in turn.

python tests/benchmarks/shape_coverage.py [--rounds N] [TEST ...]
"""

import subprocess
import sys
from argparse import ArgumentParser
from statistics import median
from time import perf_counter

TESTS = ["tests/attention", "tests/rope", "tests/modules", "tests/test_layout.py"]


def _seconds(arguments: list[str]) -> float:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    start = perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    return perf_counter() - start


def main() -> None:
    """Print both medians and their ratio."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("tests", nargs="*", default=TESTS)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    tests = [*options.tests, "--hypothesis-seed=0"]
    without, covered = [], []
    for _ in range(options.rounds):
        without.append(_seconds(tests))
        covered.append(_seconds([*tests, "--shape-coverage=typed_rope"]))
    ratio = median(covered) / median(without)
    print(f"without {median(without):.2f} s, with {median(covered):.2f} s: {ratio:.3f} times")


if __name__ == "__main__":
    main()
