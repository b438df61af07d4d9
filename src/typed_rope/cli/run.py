"""`typed-rope run`: its arguments."""

import sys
from argparse import REMAINDER, ArgumentParser, Namespace
from typing import Final

from typed_rope.cli.command import Command

_DESCRIPTION: Final = """\
Run a program as python would, with every function, dataclass and NamedTuple that is annotated with
jaxtyping checked at each call. No file is changed.

Without --package, a script is checked with all modules beside it and below, and a module with its
top package. With --package, the program itself and those packages are. Either way that includes
submodules which are imported later."""


def _declare(parser: ArgumentParser) -> None:
    parser.usage = (
        "typed-rope run [--package PACKAGE] [--ambiguity] [--report] "
        "(SCRIPT | -m MODULE) [ARGUMENT ...]"
    )
    parser.add_argument(
        "--package",
        action="append",
        default=[],
        metavar="PACKAGE",
        help="a package to check, with all its submodules; may be repeated",
    )
    parser.add_argument(
        "--ambiguity",
        action="store_true",
        help="warn of calls that could not have told two axes apart",
    )
    parser.add_argument(
        "--report",
        action="store_true",
        help="say at the end, on stderr, what was checked and what could not be",
    )
    parser.add_argument("-m", dest="module", action="store_true", help="run a module, not a file")
    parser.add_argument("program", nargs=REMAINDER, help="the script or module, and its arguments")


def _run(arguments: Namespace) -> int:
    program = arguments.program
    if program[:1] == ["--"]:
        program = program[1:]
    if not program:
        raise ValueError("name a script to run, or a module after -m.")
    # Loaded only now: help must appear at once.
    from typed_rope.adoption.findings import Findings
    from typed_rope.adoption.program import run_module, run_script
    from typed_rope.adoption.warn import warning_of_ambiguity

    _as_python_has_them()
    run = run_module if arguments.module else run_script
    findings = Findings()
    try:
        with warning_of_ambiguity(arguments.ambiguity):
            return run(program[0], program[1:], frozenset(arguments.package), findings)
    finally:
        if arguments.report:
            print(f"typed-rope: {findings}", file=sys.stderr)


def _as_python_has_them() -> None:
    """Let the streams treat letters that they cannot encode as python does."""
    for stream, errors in ((sys.stdout, "strict"), (sys.stderr, "backslashreplace")):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors=errors)


RUN: Final = Command(
    name="run",
    summary="run a program with its jaxtyping annotations checked, no edits",
    description=_DESCRIPTION,
    declare=_declare,
    run=_run,
)
