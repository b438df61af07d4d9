"""How long a search may take: an explanation must not keep anybody waiting."""

import time

# Of processor time, so that a busy machine finds what an idle one finds. With all that is done
# before and after the search, an explanation stays below 20 ms (tests/benchmarks/fixes.py).
SECONDS = 0.012

# Few steps of a search take as long: the garbage collector has run, or an operation for the first
# time. That would cut off a search by chance, and is not counted, a few times.
_PAUSE = 0.003
_PAUSES = 2


class Budget:
    """A deadline, set when it is made."""

    def __init__(self, seconds: float = SECONDS) -> None:
        """Start the clock of this thread."""
        self._last = time.thread_time()
        self._left = seconds
        self._pauses = _PAUSES

    def spent(self) -> bool:
        """Tell whether the time is over; to be asked before every step."""
        now = time.thread_time()
        step, self._last = now - self._last, now
        if step > _PAUSE and self._pauses > 0:
            self._pauses -= 1
        else:
            self._left -= step
        return self._left < 0
