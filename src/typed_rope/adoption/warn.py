"""Warn of ambiguous calls while a program runs, if that was asked for."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def warning_of_ambiguity(asked: bool) -> Iterator[None]:
    """Turn each ambiguous call in the block into an AmbiguousShapeWarning where `asked`."""
    if not asked:
        yield
        return
    # Loaded only where asked for: it loads torch, and the program may choose how to do that.
    from typed_rope.checking.ambiguity import AmbiguityWatcher
    from typed_rope.checking.watching import watched

    with watched(AmbiguityWatcher()):
        yield
