"""`typed-rope check`: its arguments."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Final

from typed_rope.cli.command import Command

_DESCRIPTION: Final = """\
Prove the layouts of tensors with mypy, before anything runs: arguments and results are held against
their jaxtyping annotations, operations of torch against what they are given. Nothing need be
configured or imported.

It prints [shape] and [layout] errors and what `reveal_shape` was asked, and leaves the rest to the
type checker that the project uses. A project's configuration of mypy is followed where it has one.
Everything behind `--` is handed to mypy."""
_STATUSES: Final = """\
exit status: 0 nothing found, 1 errors found, 2 could not check, 130 interrupted
environment: NO_COLOR turns colours off; output that is not a terminal is always plain"""
_FORMS: Final = ("text", "json", "github", "sarif")
_PASSED_ON: Final = ("config_file", "python_executable", "cache_dir")


def _declare(parser: ArgumentParser) -> None:
    parser.usage = "typed-rope check [OPTION ...] [PATH ...] [-- MYPY_OPTION ...]"
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="a file or folder to check (default: the `files` of mypy's configuration)",
    )
    parser.add_argument("--all", action="store_true", help="print what mypy itself finds, too")
    parser.add_argument(
        "--output",
        choices=_FORMS,
        default="text",
        help="how to print findings: text, JSON lines, annotations of GitHub Actions, or SARIF "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--watch", action="store_true", help="check again whenever a file changes, until Ctrl-C"
    )
    parser.add_argument(
        "--explain", metavar="CODE", help="explain an error code, shape or layout, and end"
    )
    parser.add_argument("--config-file", metavar="PATH", help="the configuration of mypy to follow")
    parser.add_argument(
        "--python-executable",
        metavar="PATH",
        help="the Python whose installed packages are meant, torch among them (default: this one)",
    )
    parser.add_argument("--cache-dir", metavar="PATH", help="where mypy keeps what it has learnt")


def _run(arguments: Namespace) -> int:
    try:
        return _checked(arguments)
    except (OSError, ValueError, ModuleNotFoundError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        print(f"typed-rope check: {error}", file=sys.stderr)
        return 2


def _checked(arguments: Namespace) -> int:
    if arguments.explain is not None:
        from typed_rope.cli.checking.explaining import explain

        print(explain(arguments.explain))
        return 0
    if find_spec("mypy") is None:
        raise ValueError(
            "mypy is not installed here. Write: python -m pip install 'typed-rope[mypy]'"
        )
    # Loaded only now: help must appear at once.
    from typed_rope.cli.checking.reporting import Wanted, check

    if arguments.watch and arguments.output == "sarif":
        raise ValueError("--watch has no end, and a SARIF document has one.")
    wanted = Wanted(every=arguments.all, output=arguments.output)
    passed_on = _mypy_arguments(arguments)
    if arguments.watch:
        from typed_rope.cli.checking.watching import watch

        return watch(passed_on, arguments.paths, wanted)
    return check(passed_on, wanted)


def _mypy_arguments(arguments: Namespace) -> Sequence[str]:
    options: list[str] = []
    for name in _PASSED_ON:
        value = getattr(arguments, name)
        if value is not None:
            options += [f"--{name.replace('_', '-')}={value}"]
    # Paths come first: an option of mypy may take all that stands behind it.
    return [*arguments.paths, *options, *arguments.rest]


CHECK: Final = Command(
    name="check",
    summary="prove layouts with mypy before anything runs",
    description=_DESCRIPTION,
    declare=_declare,
    run=_run,
    statuses=_STATUSES,
    takes_rest=True,
)
