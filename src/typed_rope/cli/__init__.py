"""The command `typed-rope`: one file a subcommand, and one that chooses among them.

Nothing here is `@typed` and a subcommand imports what it does when it runs: help and a refused
argument must appear at once, and torch takes seconds to load.
"""

from typed_rope.cli.program import main

__all__ = ["main"]
