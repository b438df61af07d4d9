"""The check of a local, in the bindings of the call that is running."""

from typed_rope.checking.locals.check_shape import check_shape

__all__ = ["check_shape"]
