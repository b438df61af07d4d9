"""Tests drawn from annotations: arguments that fit, every layout that does not, whole models.

    arguments, tensors   hypothesis strategies: what a signature, or one annotation, accepts
    layout_sweep         one right call, and the same call with every wrong layout
    check_model          which axes of a model's output depend on which axes of its input

Names are loaded when they are first asked for, and hypothesis with the first strategy: the sweep
and the model check do without it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typed_rope.testing.call import Arguments
    from typed_rope.testing.check import check_model
    from typed_rope.testing.errors import UnsolvableError
    from typed_rope.testing.layout_report import LayoutReport
    from typed_rope.testing.model_report import ModelReport
    from typed_rope.testing.strategies import arguments, tensors
    from typed_rope.testing.sweep import layout_sweep

__all__ = [
    "Arguments",
    "LayoutReport",
    "ModelReport",
    "UnsolvableError",
    "arguments",
    "check_model",
    "layout_sweep",
    "tensors",
]

_HOMES = {
    "Arguments": "call",
    "LayoutReport": "layout_report",
    "ModelReport": "model_report",
    "UnsolvableError": "errors",
    "arguments": "strategies",
    "check_model": "check",
    "layout_sweep": "sweep",
    "tensors": "strategies",
}


def __getattr__(name: str) -> object:
    """Load a public name from its home the first time it is asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"typed_rope.testing.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
