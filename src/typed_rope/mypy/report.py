"""What is reported: two error codes, one line each, and a note where a repair is certain.

    [shape]     axes that cannot be equal, a rank or a dtype that does not fit
    [layout]    axes in another order than the names say, or moved by a view

Nothing is reported while a loop is walked to learn what changes in it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from mypy.checker import TypeChecker
from mypy.errorcodes import ErrorCode
from mypy.nodes import Context

SHAPE = ErrorCode("shape", "Axes of tensors that cannot be equal", "typed_rope")
LAYOUT = ErrorCode("layout", "Axes of tensors in another order than declared", "typed_rope")
_CODES = {"shape": SHAPE, "layout": LAYOUT}


class Report:
    """Where the findings of one function go."""

    def __init__(self, checker: TypeChecker) -> None:
        """Report through the checker of the function's module."""
        self._checker = checker
        self._quiet = 0
        self._unrevealed = 0

    def finding(self, sentence: str, place: Context, code: str, fix: str | None = None) -> None:
        """Report an error, and what to write instead."""
        if self._quiet:
            return
        self._checker.fail(sentence, place, code=_CODES[code])
        if fix:
            self._checker.note(f"Write: {fix}", place, code=_CODES[code])

    def note(self, sentence: str, place: Context) -> None:
        """Report what was asked for."""
        if not self._quiet and not self._unrevealed:
            self._checker.note(sentence, place)

    @contextmanager
    def unrevealed(self) -> Iterator[None]:
        """Report findings alone for a while."""
        self._unrevealed += 1
        try:
            yield
        finally:
            self._unrevealed -= 1

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Report nothing for a while."""
        self._quiet += 1
        try:
            yield
        finally:
            self._quiet -= 1
