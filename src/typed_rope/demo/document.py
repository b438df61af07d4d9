"""The demonstration as one JSON document, for programs."""

import json
import sys
from dataclasses import asdict
from importlib.metadata import version
from time import perf_counter
from typing import Final

from typed_rope.demo.answer import Answer
from typed_rope.demo.cost import Checks
from typed_rope.demo.incident import Incident
from typed_rope.demo.parts import Audience, Comparison, Model, Part, StaticCheck
from typed_rope.demo.progress import Progress

_KEYS: Final[dict[type[Part], str]] = {
    Incident: "incident",
    StaticCheck: "static_check",
    Model: "model",
    Answer: "answer",
    Checks: "checks",
    Comparison: "comparison",
}


class Document(Audience):
    """Collects the parts and prints them at the end; a part that was not shown is null."""

    def __init__(self, progress: Progress, *, started: float) -> None:
        """Begin with nothing; `started` is on the clock of `perf_counter`."""
        self._progress = progress
        self._started = started
        self._parts: dict[str, object] = dict.fromkeys(_KEYS.values())

    def progress(self, doing: str) -> None:
        """Tell whoever watches the terminal."""
        self._progress.say(doing)

    def prompt(self, text: str) -> None:
        """Leave the prompt to the answer, too."""

    def text(self, piece: str) -> None:
        """Leave the text to the answer that holds all of it."""

    def show(self, part: Part) -> None:
        """Keep a part."""
        self._parts[_KEYS[type(part)]] = asdict(part)

    def close(self) -> None:
        """Print the document."""
        self._progress.clear()
        whole = {
            "version": version("typed-rope"),
            **self._parts,
            "seconds": perf_counter() - self._started,
        }
        json.dump(whole, sys.stdout, indent=2)
        print()
