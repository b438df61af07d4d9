"""What the demonstration hands to whoever shows it: parts in order, and what happens between."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from typed_rope.demo.answer import Answer
from typed_rope.demo.comparison import Verdict
from typed_rope.demo.cost import Checks
from typed_rope.demo.faults import FaultName
from typed_rope.demo.incident import Incident


@dataclass(frozen=True, kw_only=True)
class StaticCheck:
    """Whether the mistake is found without running anything, by a plugin for mypy."""

    exists: bool = True


@dataclass(frozen=True, kw_only=True)
class Model:
    """The model that parts 3 and 4 run on.

    `missing` are the commands that install a real one, where this is none.
    """

    name: str
    path: str | None
    trained: bool
    layers: int
    weights: int
    threads: int
    load_seconds: float
    missing: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What was measured of a model without and with each fault.

    `absent` says why a fault cannot be made in this model; `tolerance` is the difference of a
    logit up to which two implementations agree.
    """

    tokens: int
    tolerance: float
    verdicts: tuple[Verdict, ...]
    absent: dict[FaultName, str]


Part = Incident | StaticCheck | Model | Answer | Checks | Comparison


class Audience(ABC):
    """Who is shown the parts, and what happens in between."""

    @abstractmethod
    def progress(self, doing: str) -> None:
        """A step begins that takes a while."""

    @abstractmethod
    def prompt(self, text: str) -> None:
        """The model is asked something."""

    @abstractmethod
    def text(self, piece: str) -> None:
        """The model has written a piece of its answer."""

    @abstractmethod
    def show(self, part: Part) -> None:
        """A part is done."""

    @abstractmethod
    def close(self) -> None:
        """All parts are done."""
