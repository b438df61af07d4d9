"""Lines of Python under construction, with the objects that they refer to by name."""

import ast
import linecache
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Source:
    """A function body that grows line by line."""

    def __init__(self) -> None:
        """Start empty."""
        self.lines: list[str] = []
        self.constants: dict[str, object] = {}
        self._depth = 0
        self._count = 0

    def line(self, text: str) -> None:
        """Add one line at the present depth."""
        self.lines.append("    " * self._depth + text)

    @contextmanager
    def block(self, header: str) -> Iterator[None]:
        """Put what is added meanwhile under `header`."""
        self.line(header)
        self._depth += 1
        yield
        self._depth -= 1

    def fresh(self, stem: str) -> str:
        """Return a local name that nothing else uses."""
        self._count += 1
        return f"{stem}_{self._count}"

    def constant(self, value: object, stem: str) -> str:
        """Return the name under which the finished function sees `value`."""
        for name, known in self.constants.items():
            if known is value:
                return name
        name = self.fresh(stem)
        self.constants[name] = value
        return name

    def function(self, name: str, parameters: str, prologue: list[str]) -> Any:
        """Compile the lines into a function."""
        body = prologue + self.lines
        return build(name, parameters, body, self.constants, filename=f"<typed guard {name}>")


def build(
    name: str,
    parameters: str,
    body: list[str],
    constants: dict[str, object],
    *,
    filename: str,
    head: str = "def",
    line: int | None = None,
) -> Any:
    """Compile `def name(parameters)` with `constants` as its closure.

    With `line`, all of the function stands on that line of `filename`, as tracebacks show it.
    """
    lines = [
        f"def make({', '.join(constants)}):",
        f"    {head} {name}({parameters}):",
        *(f"        {line}" for line in body),
        f"    return {name}",
    ]
    text = "\n".join(lines)
    code = text if line is None else _moved(text, filename, line)
    namespace: dict[str, Any] = {"__name__": __name__}
    exec(compile(code, filename, "exec"), namespace)
    return namespace["make"](*constants.values())


def is_generated(frame: FrameType) -> bool:
    """Tell whether a frame runs what was compiled here."""
    return frame.f_globals.get("__name__") == __name__


def _moved(text: str, filename: str, line: int) -> ast.Module:
    """Parse `text` as if all of it stood on one line of the file."""
    # A range that covers the whole line is shown without carets.
    whole = len(linecache.getline(filename, line).rstrip().encode()) or 1
    place = {"lineno": line, "end_lineno": line, "col_offset": 0, "end_col_offset": whole}
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if "lineno" in node._attributes:
            vars(node).update(place)
    return tree
