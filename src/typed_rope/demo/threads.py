"""How many threads torch should use here and now.

Threads wait for the slowest of them. On cores that others keep busy, two threads can take three
times as long as one, so that what is fastest is measured, not assumed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from time import perf_counter
from typing import Final

import torch

from typed_rope.checking import typed

_ROUNDS: Final = 9


@typed
def fastest_threads() -> int:
    """Compare one thread with as many as torch would use, by a product of a layer's size."""
    before = torch.get_num_threads()
    if before == 1:
        return 1
    x, weight = torch.ones(256, 576), torch.ones(576, 1536)
    seconds: dict[int, list[float]] = {1: [], before: []}
    for _ in range(_ROUNDS):
        for threads, times in seconds.items():
            with threads_set(threads):
                # The first product after a change wakes the threads up.
                torch.matmul(x, weight)
                started = perf_counter()
                torch.matmul(x, weight)
                times.append(perf_counter() - started)
    return min(seconds, key=lambda threads: median(seconds[threads]))


@contextmanager
def threads_set(threads: int) -> Iterator[None]:
    """Let torch use that many threads for a while."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
