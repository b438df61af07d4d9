"""Which names of a signature's expressions no axis of it binds.

jaxtyping finds out at every call; here it is known when the function is defined:

    x: "b t d"   cos: "t r/2"      nothing binds r
"""

from collections.abc import Sequence
from dataclasses import dataclass

from typed_rope.shapes.axis import Shape, Sized, Span


@dataclass(frozen=True, slots=True)
class Unbound:
    """An expression reads a name that nothing binds."""

    shape: Shape
    axis: int
    """The place of the axis in `shape.axes`."""
    span: Span
    """The place of the name in `shape.text`."""
    name: str


def unbound(shapes: Sequence[Shape]) -> list[Unbound]:
    """Find every name that an expression reads and none of the shapes binds to a size.

    Convention: `shapes` are all of one signature, in its order; a shape that is one of several
    alternatives counts as binding. A variadic name is no size, and binds none.
    """
    bound = {name for shape in shapes for name in shape.names}
    found: list[Unbound] = []
    for shape in shapes:
        for place, axis in enumerate(shape.axes):
            if isinstance(axis, Sized):
                for name in sorted(axis.expression.names - bound, key=axis.expression.where):
                    found.append(Unbound(shape, place, _span(axis, name), name))
    return found


def _span(axis: Sized, name: str) -> Span:
    start, end = axis.expression.where(name)
    return axis.start + start, axis.start + end
