"""Where a refused call stands in the user's program.

    Model.forward        checked, the user's      <- named: `In: Model.forward (model.py, line 31)`
      Layer.forward      checked, the user's
        rotate_halves    refused

A traceback ends with the call that was refused. Who looks for the mistake wants to know as well
which of the functions they have written it happened in: the outermost that is checked. Where our
own functions lie between, it is the call of them that is the user's.
"""

import re
import sys
from collections.abc import Iterator
from os.path import basename
from types import FrameType, FunctionType

from typed_rope.checking.boundary import Boundary

_PACKAGE = __name__.partition(".")[0]
_REFUSE = re.compile("__+(given_)?refuse")
_FUNCTION = re.compile("__+function")
_DEMONSTRATION = f"{_PACKAGE}.demo"  # makes mistakes on purpose, and shows what a user would see


def refused_frame() -> FrameType | None:
    """Return the frame of the checked function whose call is being refused."""
    frames = _outwards(sys._getframe(1))
    return next((frame for frame in frames if boundary_of(frame) is not None), None)


def function_of(frame: FrameType) -> object:
    """Return what a frame checks the calls of."""
    names = (name for name in frame.f_code.co_freevars if _FUNCTION.fullmatch(name))
    return frame.f_locals.get(next(names, ""))


def where_called(refused: FrameType) -> str | None:
    """Name the checked function that a refused call was made in; None where there is none."""
    if refused.f_back is not None and _module(refused.f_back).startswith(_DEMONSTRATION):
        return None
    named: str | None = None
    body = refused  # the frame that runs below the one looked at
    for frame in _outwards(refused.f_back):
        boundary = boundary_of(frame)
        if boundary is not None and frame.f_back is not None:
            caller = frame.f_back
            if not _is_ours(body):
                named = f"{boundary.function} ({_place(body)})"
            elif not _is_ours(caller):
                named = f"{boundary.function}, called at {_place(caller)}"
        body = frame
    return named


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def boundary_of(frame: FrameType) -> Boundary | None:
    """Return the boundary that a frame checks, if it is that of a checked function's wrapper."""
    for name in frame.f_code.co_freevars:
        refuse = frame.f_locals.get(name) if _REFUSE.fullmatch(name) else None
        if isinstance(refuse, FunctionType) and refuse.__closure__:
            found = (cell.cell_contents for cell in refuse.__closure__)
            return next((value for value in found if isinstance(value, Boundary)), None)
    return None


def _is_ours(frame: FrameType) -> bool:
    return _module(frame).partition(".")[0] == _PACKAGE


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__"))


def _place(frame: FrameType) -> str:
    return f"{basename(frame.f_code.co_filename)}, line {frame.f_lineno}"
