"""Tell whoever wants to know of every call that a check accepted.

Shape coverage and the search for ambiguous calls listen here. A wrapper looks at one list, which is
empty as long as nobody watches, so that they cost nothing in programs. What happens under
`torch.compile` is not told: a watcher is no part of a graph.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from typed_rope.checking.boundary import Boundary


class Watcher(Protocol):
    """Whoever is told of accepted calls."""

    def accepted(self, boundary: Boundary, arguments: tuple[object, ...]) -> None:
        """Take note of one call, before the body runs; `arguments` go with `boundary.names`.

        Of a record, this is its construction: the instance, then its fields. What it raises
        reaches the caller of the checked function.
        """


watchers: list[Watcher] = []
# The one list that all wrappers look at, so that to begin and to end watching is to change it. It
# holds words, one for each open block: Dynamo has to know the type of all that a wrapper holds.
watches: list[str] = []


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Tell `watcher` of every accepted call in the process, in all threads, within the block.

    Blocks may be nested: every watcher is told, in the order in which they began to watch.
    """
    watchers.append(watcher)
    watches.append(type(watcher).__name__)
    try:
        yield
    finally:
        watches.pop()
        _leave(watcher)


def announcer(boundary: Boundary) -> Callable[[tuple[object, ...]], None]:
    """Return what tells all watchers of one accepted call: the one frame above theirs.

    A function, because the wrapper holds it: Dynamo has to know the type of all that it holds.
    """

    def announce(arguments: tuple[object, ...]) -> None:
        for watcher in tuple(watchers):
            watcher.accepted(boundary, arguments)

    return announce


def _leave(watcher: Watcher) -> None:
    """Take the watcher out by its identity: two may be equal."""
    for place in reversed(range(len(watchers))):
        if watchers[place] is watcher:
            del watchers[place]
            return
