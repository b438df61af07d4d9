"""The mypy plugin: layouts proved before anything runs, even when two axes have one size.

    [mypy]
    plugins = typed_rope.mypy

mypy loads this module and calls `plugin`. Nothing here imports torch or jaxtyping.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typed_rope.mypy.hooks import ShapePlugin

__all__ = ["plugin"]


def plugin(version: str) -> "type[ShapePlugin]":
    """Give mypy the plugin; `version` is mypy's own."""
    from typed_rope.mypy.hooks import ShapePlugin

    return ShapePlugin
