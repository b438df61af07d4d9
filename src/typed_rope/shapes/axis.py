"""What a text of axes says: a `Shape`, a sequence of axes of five kinds.

    "b #h _ d/2 *rest r=4"
     b            Named       binds its size, or must have the size that is bound
       #h         Named       broadcast: a size of 1 fits too, and binds nothing
          _       Anonymous   any size
            d/2   Sized       must have the size that the expression has
     *rest        Variadic    any number of axes, bound together
     r=4          Fixed       must have this size; r is its label

`name=expr` labels an axis: the label is the axis' identity for readers and static checkers, and
what stands behind `=` is its size. A label binds nothing.
"""

from dataclasses import dataclass

from typed_rope.shapes.expression import Expression
from typed_rope.shapes.size import Size

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Named:
    """An axis whose size is bound to its name: `t`, `#t`, within a PyTree `?t`."""

    text: str
    span: Span
    name: str
    broadcast: bool = False
    treepath: bool = False
    label: str | None = None

    @property
    def formula(self) -> Size | None:
        """Its size as a formula; None within a PyTree, where each leaf has its own."""
        return None if self.treepath else Size.symbol(self.name)


@dataclass(frozen=True, slots=True)
class Fixed:
    """An axis of one size: `4`, `#4`, `r=4`."""

    text: str
    span: Span
    size: int
    broadcast: bool = False
    label: str | None = None

    @property
    def formula(self) -> Size:
        """Its size as a formula."""
        return Size.of(self.size)


@dataclass(frozen=True, slots=True)
class Anonymous:
    """An axis of any size: `_`; its label is documentation in `_name`."""

    text: str
    span: Span
    label: str | None = None

    @property
    def formula(self) -> None:
        """Nothing is known of its size."""
        return None


@dataclass(frozen=True, slots=True)
class Variadic:
    """Any number of axes, bound together to its name: `*b`, `#*b`; without one `...`, `*_b`."""

    text: str
    span: Span
    name: str | None
    broadcast: bool = False
    treepath: bool = False
    label: str | None = None

    @property
    def formula(self) -> None:
        """It is no single size."""
        return None


@dataclass(frozen=True, slots=True)
class Sized:
    """An axis whose size is computed: `d/2`, `h={heads}`, `min(t,w)`."""

    text: str
    span: Span
    expression: Expression
    broadcast: bool = False
    label: str | None = None

    @property
    def formula(self) -> Size | None:
        """Its size as a formula; None where the expression is opaque."""
        return self.expression.size

    @property
    def start(self) -> int:
        """Where its expression begins in the shape's text."""
        return self.span[1] - len(self.expression.text)


Axis = Named | Fixed | Anonymous | Variadic | Sized


@dataclass(frozen=True, slots=True)
class Shape:
    """The axes of one tensor, and the text that they were read from."""

    text: str
    axes: tuple[Axis, ...]

    @property
    def variadic(self) -> int | None:
        """The place among the axes of the variadic one; None where the rank is fixed."""
        places = (i for i, axis in enumerate(self.axes) if isinstance(axis, Variadic))
        return next(places, None)

    @property
    def variadic_name(self) -> str | None:
        """The name of the variadic axis, if there is one and it has one."""
        names = (axis.name for axis in self.axes if isinstance(axis, Variadic))
        return next(names, None)

    @property
    def names(self) -> tuple[str, ...]:
        """The names that it binds to a size, in order; those within a PyTree bind elsewhere."""
        named = (a.name for a in self.axes if isinstance(a, Named) and not a.treepath)
        return tuple(dict.fromkeys(named))
