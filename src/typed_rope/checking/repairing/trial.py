"""Ask the function itself about a repaired call, up to its first operation on a tensor; ours only.

What an annotation cannot say, the function's own code refuses: that h is a multiple of g, or that
a rotation fits into the head. It does so before it computes. The functions of this package change
nothing before that, so a repair of a call of theirs is tried on them, and stopped where they begin
to compute. To run anybody else's code for the sake of an error message would be wrong.
"""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from types import FunctionType
from typing import Any

from torch.overrides import TorchFunctionMode

from typed_rope.checking.errors import ShapeError

Trial = Callable[[Mapping[str, object]], bool]

_PACKAGE = __name__.partition(".")[0]
_trying: ContextVar[bool] = ContextVar("typed_rope.trying", default=False)


def is_trial() -> bool:
    """Tell whether a refusal is the outcome of a trial, and nobody will read what it says."""
    return _trying.get()


def trial_of(function: object) -> Trial | None:
    """Return how to try a call of a function; None where that would not do."""
    if not isinstance(function, FunctionType):
        return None
    if str(function.__module__).partition(".")[0] != _PACKAGE:
        return None

    def passes(arguments: Mapping[str, object]) -> bool:
        return _accepts(function, arguments)

    return passes


def _accepts(function: Callable[..., Any], arguments: Mapping[str, object]) -> bool:
    token = _trying.set(True)
    try:
        with _UntilComputing():
            function(**arguments)
    except (ShapeError, ValueError):
        return False
    except _Computing:
        return True
    finally:
        _trying.reset(token)
    return True


class _Computing(BaseException):
    """A function has begun to compute."""


class _UntilComputing(TorchFunctionMode):
    """Lets the attributes of tensors be read, and stops at anything else."""

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Run one operation, or stop."""
        if getattr(func, "__name__", "") in ("__get__", "dim", "size", "numel"):
            return func(*args, **(kwargs or {}))
        raise _Computing
