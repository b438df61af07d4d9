"""The demonstration as text, part by part as each is done."""

import sys
from time import perf_counter
from typing import Final

from typed_rope.demo import wording
from typed_rope.demo.answer import Answer
from typed_rope.demo.cost import Checks
from typed_rope.demo.incident import Incident
from typed_rope.demo.parts import Audience, Comparison, Model, Part, StaticCheck
from typed_rope.demo.progress import Progress
from typed_rope.demo.style import style_of_stdout

_BEFORE_ANSWER: Final = f"{wording.MARGIN}Answer   "


class Terminal(Audience):
    """Prints to stdout; with colours on a terminal, unless NO_COLOR is set."""

    def __init__(self, progress: Progress, *, started: float) -> None:
        """Find out what the terminal can do; `started` is on the clock of `perf_counter`."""
        self._progress = progress
        self._started = started
        self._style = style_of_stdout()
        self._column = 0  # of the answer that is being written
        self._answered: Answer | None = None
        self._trained = False

    def progress(self, doing: str) -> None:
        """Tell whoever watches the terminal."""
        self._progress.say(doing)

    def prompt(self, text: str) -> None:
        """Repeat what the model is asked."""
        self._print(wording.prompt(text))

    def text(self, piece: str) -> None:
        """Print a piece of the answer at once, on a new line where it would get too long."""
        self._progress.clear()
        if not self._column:
            sys.stdout.write(_BEFORE_ANSWER)
            self._column = len(_BEFORE_ANSWER)
        if piece.startswith(" ") and self._column + len(piece) > wording.WIDTH:
            piece = f"\n{piece[1:]}"
        sys.stdout.write(piece.replace("\n", f"\n{' ' * len(_BEFORE_ANSWER)}"))
        sys.stdout.flush()
        last = piece.rpartition("\n")
        self._column = len(last[2]) + (len(_BEFORE_ANSWER) if last[1] else self._column)

    def show(self, part: Part) -> None:
        """Print a part."""
        match part:
            case Incident():
                self._print(wording.incident(part, self._style))
            case StaticCheck():
                self._print(wording.static_check(part, self._style))
            case Model():
                self._trained = part.trained
                self._print(wording.model(part, self._style))
            case Answer():
                self._end_of_answer(part)
                self._print(wording.answer(part))
            case Checks() if self._answered is not None:
                self._print(wording.checks(part, self._answered))
            case Comparison():
                self._print(wording.comparison(part, self._style, trained=self._trained))

    def close(self) -> None:
        """Say how long it took."""
        self._print(wording.closing(perf_counter() - self._started))

    def _end_of_answer(self, part: Answer) -> None:
        self._answered = part
        if not self._column:
            self.text("(nothing)")
        self._column = 0
        print()

    def _print(self, text: str) -> None:
        self._progress.clear()
        print(text, flush=True)
