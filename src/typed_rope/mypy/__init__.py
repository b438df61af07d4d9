"""The mypy plugin: layouts proved before anything runs, even when two axes have one size.

    [mypy]
    plugins = typed_rope.mypy

mypy loads this module and calls `plugin`. Nothing here imports torch or jaxtyping.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typed_rope.mypy.plugin import ShapePlugin

__all__ = ["plugin"]


def plugin(version: str) -> "type[ShapePlugin]":
    """Give mypy the plugin; `version` is mypy's own."""
    itself = globals()["plugin"]
    from typed_rope.mypy.plugin import ShapePlugin

    # The import has put the module of that name in this function's place; the daemon asks again.
    globals()["plugin"] = itself
    return ShapePlugin
