"""Refuse a call whose tensors do not fit their annotations, and say why."""

from typing import TypeVar

from beartype import BeartypeConf, beartype
from jaxtyping import TypeCheckError, jaxtyped

T = TypeVar("T")


class ShapeError(TypeCheckError):
    """A call whose tensors do not fit the annotations of the function."""


def typed(target: T, /) -> T:
    """Check the arguments and the result of every call against the annotations."""
    return jaxtyped(target, typechecker=beartype(conf=BeartypeConf(is_pep484_tower=True)))  # type: ignore[call-overload, no-any-return]


__all__ = ["ShapeError", "typed"]
