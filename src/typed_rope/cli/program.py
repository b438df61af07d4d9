"""Choose a subcommand, run it, and turn what happens to it into an exit status."""

import os
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib.metadata import version
from typing import Final, TextIO

from typed_rope.cli.command import Command
from typed_rope.cli.demo import DEMO
from typed_rope.cli.run import RUN

COMMANDS: Final = (DEMO, RUN)
_STATUSES: Final = """\
exit status: 0 done, 1 failed (one line on stderr says why), 2 wrong arguments, 130 interrupted
environment: NO_COLOR turns colours off; output that is not a terminal is always plain"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status; None stands for the process' arguments."""
    parser = _parser(COMMANDS)
    chosen = parser.parse_args(arguments)
    if chosen.command is None:
        parser.print_help()
        return 0
    for stream in (sys.stdout, sys.stderr):
        _never_fail_to_encode(stream)
    command: Command = chosen.command
    try:
        status = command.run(chosen)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _discard_output()
        return 0
    except (OSError, ValueError, ModuleNotFoundError) as error:
        print(f"typed-rope {command.name}: {_sentence(error)}", file=sys.stderr)
        return 1
    return status


def _parser(commands: Sequence[Command]) -> ArgumentParser:
    parser = ArgumentParser(
        prog="typed-rope",
        description="Tensor layouts as types: written once, enforced at every call, explained.",
        epilog=_STATUSES,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--version", action="version", version=f"typed-rope {version('typed-rope')}"
    )
    parser.set_defaults(command=None)
    choices = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in commands:
        inner = choices.add_parser(
            command.name,
            help=command.summary,
            description=command.description,
            epilog=_STATUSES,
            formatter_class=RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        command.declare(inner)
        inner.set_defaults(command=command)
    return parser


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _never_fail_to_encode(stream: TextIO) -> None:
    """Let a terminal that cannot show a letter show a question mark."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")


def _discard_output() -> None:
    # Whoever read our output has left. Python flushes once more at exit, and would complain.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
