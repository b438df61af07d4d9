"""How often checked functions are called, counted by Python's own profiling hook."""

import gc
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, FunctionType

from typed_rope.checking import typed


@typed
def checked_functions() -> list[FunctionType]:
    """List all functions that check their calls, wherever in this process they are defined."""
    # `@typed` leaves this mark on what it returns.
    return [
        thing
        for thing in gc.get_objects()
        if type(thing) is FunctionType and "__boundary__" in thing.__dict__
    ]


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Count the calls of each checked function in this thread, under its module and name."""
    # By identity: code objects compare by value, and two wrappers may have the same.
    names = {
        id(function.__code__): f"{function.__module__}.{function.__qualname__}"
        for function in checked_functions()
    }
    calls: Counter[str] = Counter()

    def note(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and (name := names.get(id(frame.f_code))) is not None:
            calls[name] += 1

    previous = sys.getprofile()
    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(previous)
