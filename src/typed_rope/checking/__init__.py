"""Refuse a call whose tensors do not fit their annotations, and say why."""

from typed_rope.checking.errors import ShapeError
from typed_rope.checking.typed import typed

__all__ = ["ShapeError", "typed"]
