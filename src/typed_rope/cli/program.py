"""Choose a subcommand, run it, and turn what happens to it into an exit status."""

import os
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib.metadata import version
from typing import Final, TextIO

from typed_rope.cli.check import CHECK
from typed_rope.cli.command import STATUSES, Command
from typed_rope.cli.demo import DEMO
from typed_rope.cli.run import RUN

COMMANDS: Final = (DEMO, RUN, CHECK)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status; None stands for the process' arguments."""
    parser = _parser(COMMANDS)
    own, rest = _split(sys.argv[1:] if arguments is None else arguments)
    chosen = parser.parse_args(own, Namespace(rest=rest))
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
        epilog=STATUSES,
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
            epilog=command.statuses,
            formatter_class=RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        command.declare(inner)
        inner.set_defaults(command=command)
    return parser


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Part what stands behind `--` from the arguments, for a command that hands it on."""
    own = list(arguments)
    takes_rest = any(command.takes_rest for command in COMMANDS if own[:1] == [command.name])
    if not takes_rest or "--" not in own:
        return own, []
    place = own.index("--")
    return own[:place], own[place + 1 :]


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
