"""What a subcommand is, so that the program can list it without loading what it does."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass


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
