"""The language of axes: one grammar and one algebra, read by every other part."""

from typed_rope.shapes.axis import Anonymous, Axis, Fixed, Named, Shape, Sized, Variadic
from typed_rope.shapes.errors import ShapeSyntaxError, UnboundNameError
from typed_rope.shapes.expression import Expression
from typed_rope.shapes.fields import Field
from typed_rope.shapes.grammar import parse
from typed_rope.shapes.match import Bindings, Mismatch, match
from typed_rope.shapes.scope import Unbound, unbound
from typed_rope.shapes.size import Size

__all__ = [
    "Anonymous",
    "Axis",
    "Bindings",
    "Expression",
    "Field",
    "Fixed",
    "Mismatch",
    "Named",
    "Shape",
    "ShapeSyntaxError",
    "Size",
    "Sized",
    "Unbound",
    "UnboundNameError",
    "Variadic",
    "match",
    "parse",
    "unbound",
]
