"""What the user reads while a long step runs: one line on stderr, and only on a terminal."""

import sys


class Progress:
    """A line that is written over by the next one, and wiped before anything is printed."""

    def __init__(self) -> None:
        """Find out whether anyone is watching."""
        self._watched = sys.stderr.isatty()
        self._length = 0

    def say(self, doing: str) -> None:
        """Show what is being done now."""
        if self._watched:
            self.clear()
            sys.stderr.write(f"{doing} …")
            sys.stderr.flush()
            self._length = len(doing) + 2

    def clear(self) -> None:
        """Wipe the line."""
        if self._length:
            sys.stderr.write(f"\r{' ' * self._length}\r")
            sys.stderr.flush()
            self._length = 0
