"""Asking what is known of a shape: of mypy before the program runs, of Python when it does.

reveal_shape(x)     mypy, with the plugin     note: Revealed shape is "b t h*d"
                    running                   Runtime shape is float32 (2, 5, 24)
"""

import sys
from typing import TypeVar

__all__ = ["reveal_shape"]

T = TypeVar("T")


def reveal_shape(x: T, /) -> T:
    """Print the dtype and sizes of a tensor to the standard error stream, and return it.

    Under mypy, the plugin reports the axes that it knows as a note.
    """
    shape = getattr(x, "shape", None)
    if shape is None:
        shown = f"unknown: this is {type(x).__name__}, no tensor"
    else:
        dtype = str(getattr(x, "dtype", "")).removeprefix("torch.")
        shown = f"{dtype} {tuple(shape)}".strip()
    print(f"Runtime shape is {shown}", file=sys.stderr)
    return x
