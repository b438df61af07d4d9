"""What happens at each definition of an adopted module: it is checked if it speaks of tensors.

Nothing here may raise into somebody else's import: what cannot be checked is left as it was, and
noted. Annotations without tensors are left alone as well; nothing has ever held this code to them.
"""

import ast
import builtins
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, FunctionType
from typing import Any

import jaxtyping

from typed_rope.adoption.findings import Findings
from typed_rope.checking.forms import holds_tensors, is_named_tuple
from typed_rope.checking.hints import class_hints
from typed_rope.checking.reading import form_of
from typed_rope.checking.typed import typed_at


class Definitions:
    """The two decorators that the rewritten module calls."""

    def __init__(self, findings: Findings) -> None:
        """Note everything in `findings`."""
        self.findings = findings

    def function(self, target: Any) -> Any:
        """Return a function with its checks, or as it was."""
        frame = sys._getframe(1)
        if not isinstance(target, FunctionType):
            return target
        try:
            with _readable(target):
                checked = typed_at(target, frame, shapes_only=True)
        except Exception as error:  # whatever it is, it must not break the import
            if _speaks_of_tensors(target):
                self._leave(target.__qualname__, frame, target.__code__.co_firstlineno, error)
            return target
        if checked is not target:
            checked.__annotations__ = target.__annotations__  # those set aside, too
            self.findings.checked.add((target.__module__, target.__qualname__))
        return checked

    def record(self, target: Any) -> Any:
        """Return a dataclass or NamedTuple with its checks; any other class as it was."""
        frame = sys._getframe(1)
        line = frame.f_lineno
        if not _is_record(target) or "__no_type_check__" in vars(target):
            return target
        if hasattr(vars(target).get("__init__", vars(target).get("__new__")), "__boundary__"):
            return target
        try:
            hints = class_hints(target, frame, lenient=True)
            if any(holds_tensors(form_of(hint, frame)) for hint in hints.values()):
                typed_at(target, frame, shapes_only=True)
                self.findings.checked.add((target.__module__, target.__qualname__))
        except Exception as error:  # as above
            self._leave(target.__qualname__, frame, line, error)
        return target

    def _leave(self, name: str, frame: FrameType, line: int, error: Exception) -> None:
        reason = " ".join(str(error).removeprefix("typed: ").split())
        where = f"{frame.f_code.co_filename}:{line}"
        self.findings.leave(name, where, reason or type(error).__name__)


def _is_record(target: Any) -> bool:
    if not isinstance(target, type):
        return False
    own = vars(target)
    if is_named_tuple(target):
        return "_fields" in own
    # A metaclass that makes dataclasses has an `__init__` of its own ways.
    return "__dataclass_fields__" in own and "__init__" in own and type(target).__call__ is _plain


_plain = type.__call__


def _speaks_of_tensors(function: FunctionType) -> bool:
    """Tell whether somebody who reads the annotations would expect a check."""
    hints = function.__annotations__.values()
    return any(_may_hold_tensors(hint) or hasattr(hint, "dim_str") for hint in hints)


def _may_hold_tensors(hint: object) -> bool:
    """Tell whether a text speaks of a tensor, as far as its words tell."""
    words = set(re.findall(r"\w+", str(hint)))
    dtypes = {name for name, value in vars(jaxtyping).items() if _is_dtype(value)}
    return "Tensor" in words or not words.isdisjoint(dtypes)


def _is_dtype(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, jaxtyping.AbstractDtype)


@contextmanager
def _readable(function: FunctionType) -> Iterator[None]:
    """Set aside those annotations that are text, name no tensor and cannot be resolved.

    A configuration that is imported under TYPE_CHECKING must not cost the tensors their check.
    """
    written = function.__annotations__
    aside = {
        name
        for name, hint in written.items()
        if isinstance(hint, str) and not _may_hold_tensors(hint) and not _resolves(hint, function)
    }
    function.__annotations__ = {n: hint for n, hint in written.items() if n not in aside}
    try:
        yield
    finally:
        function.__annotations__ = written


def _resolves(hint: str, function: FunctionType) -> bool:
    """Tell whether every name of a text is known: in the module, or in the scopes around."""
    try:
        names = set(compile(hint, "<annotation>", "eval").co_names)
    except SyntaxError:
        return False
    known = {*vars(builtins), *function.__globals__, *function.__code__.co_freevars}
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_globals is function.__globals__:
            known.update(frame.f_locals)
        frame = frame.f_back
    return names - _attributes(hint) <= known


def _attributes(hint: str) -> set[str]:
    tree = ast.parse(hint, mode="eval")
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
