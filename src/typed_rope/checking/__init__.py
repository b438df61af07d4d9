"""Refuse a call whose tensors do not fit their annotations, and say why."""

from typed_rope.checking.ambiguity import AmbiguousShapeWarning
from typed_rope.checking.errors import ShapeError
from typed_rope.checking.locals import check_shape
from typed_rope.checking.switch import checks
from typed_rope.checking.typed import typed

__all__ = ["AmbiguousShapeWarning", "ShapeError", "check_shape", "checks", "typed"]
