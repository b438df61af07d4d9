"""What a subcommand is, so that the program can list it without loading what it does."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

STATUSES: Final = """\
exit status: 0 done, 1 failed (one line on stderr says why), 2 wrong arguments, 130 interrupted
environment: NO_COLOR turns colours off; output that is not a terminal is always plain"""


@dataclass(frozen=True, kw_only=True)
class Command:
    """A subcommand: `declare` adds its arguments to a parser, `run` does it.

    `run` returns the exit status. What it cannot do for its user it says by raising OSError,
    ValueError or ModuleNotFoundError; anything else is a mistake of ours, and shows as one.
    """

    name: str
    summary: str
    description: str
    declare: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]
    statuses: str = STATUSES
    """How its help ends."""
    takes_rest: bool = False
    """Whether what stands behind `--` is another program's, and comes as `rest`."""
