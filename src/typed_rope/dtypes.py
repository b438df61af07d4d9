"""The dtype class that jaxtyping does not have: `Wide`, the precisions that can hold an angle."""

from typing import TYPE_CHECKING

from jaxtyping import AbstractDtype

if TYPE_CHECKING:
    # As jaxtyping does for its own dtypes: static checkers see the tensor, `Annotated` the shape.
    from typing import Annotated as Wide
else:

    class Wide(AbstractDtype):
        """Float32 or float64: in half precision, distant positions fall on the same angle."""

        dtypes = ("float32", "float64")


__all__ = ["Wide"]
