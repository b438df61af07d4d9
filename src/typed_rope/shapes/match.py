"""Does a tensor of these sizes have that shape? The reference semantics, as jaxtyping's.

Greedy, in this order: the axes before the variadic one, those behind it, the variadic one. Each
tensor of a call is matched under what the ones before it have bound:

    match("b t d", (2, 5, 8))       binds b = 2, t = 5, d = 8
    match("t d/2", (5, 4), ...)     fits: t is 5, d/2 is 4
    match("t d/2", (6, 4), ...)     Mismatch: t is 5, not 6
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from types import MappingProxyType
from typing import Literal

from typed_rope.shapes.axis import Anonymous, Axis, Fixed, Named, Shape, Sized, Variadic
from typed_rope.shapes.errors import UnboundNameError

Sizes = tuple[int, ...]
Kind = Literal["rank", "size", "axes", "unbound", "failed", "treepath"]

_NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Bindings:
    """What the names of a call stand for; never changed, only extended to a new one."""

    singles: Mapping[str, int] = dataclass_field(default_factory=dict)
    """The size of each name."""
    variadics: Mapping[str, tuple[bool, Sizes]] = dataclass_field(default_factory=dict)
    """The sizes of each variadic name, and whether they may still be broadcast."""

    def __post_init__(self) -> None:
        """Keep copies that nobody can change."""
        object.__setattr__(self, "singles", MappingProxyType(dict(self.singles)))
        object.__setattr__(self, "variadics", MappingProxyType(dict(self.variadics)))

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle as plain dictionaries: a mapping proxy cannot be."""
        return Bindings, (dict(self.singles), dict(self.variadics))


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Why a tensor does not have a shape."""

    kind: Kind
    """The number of axes; the size of one, or of a variadic one's; an expression over a name that
    is not bound, or that Python cannot evaluate here; `?` outside of a PyTree."""
    shape: Shape
    sizes: Sizes
    axis: int | None
    """The place of the axis in `shape.axes`; None where the rank differs."""
    expected: int | float | Sizes | None
    """What it should have been; of the rank, the least or only one; None where nothing says."""
    seen: int | Sizes
    """What it was: the rank, the size of the axis, the sizes of the variadic one's."""
    reason: str = ""
    """Of "unbound" the name, of "failed" what Python said."""

    def __str__(self) -> str:
        """Say it as a clause."""
        if self.axis is None:
            at_least = "at least " if self.shape.variadic is not None else ""
            return f'"{self.shape.text}" has {at_least}{self.expected} axes, not {self.seen}'
        text = self.shape.axes[self.axis].text
        match self.kind:
            case "unbound":
                return f"{text} reads {self.reason}, which is not bound"
            case "failed":
                return f"{text} cannot be evaluated: {self.reason}"
            case "treepath":
                return f"{text} has a meaning within a PyTree only"
            case _:
                return f"{text} is {self.expected}, not {self.seen}"


def match(
    shape: Shape,
    sizes: Sequence[int],
    bindings: Bindings | None = None,
    arguments: Mapping[str, object] = _NOTHING,
) -> Bindings | Mismatch:
    """Match the sizes of one tensor; on success tell what is bound afterwards.

    Convention: a broadcast axis of size 1 binds nothing. The verdict is that of jaxtyping's
    isinstance; where that raises (a name that is not bound, a division by zero), it is a Mismatch.
    """
    sizes = tuple(sizes)
    bindings = bindings or Bindings()
    variadic = shape.variadic
    least = len(shape.axes) - (variadic is not None)
    if len(sizes) < least or (variadic is None and len(sizes) > least):
        return Mismatch("rank", shape, sizes, None, least, len(sizes))
    singles = dict(bindings.singles)
    for place, axis in enumerate(shape.axes):
        if not isinstance(axis, Variadic):
            behind = variadic is not None and place > variadic
            size = sizes[place - len(shape.axes) if behind else place]
            wrong = _match_single(axis, size, singles, arguments)
            if wrong is not None:
                return Mismatch(wrong.kind, shape, sizes, place, wrong.expected, size, wrong.reason)
    bindings = Bindings(singles, bindings.variadics)
    if variadic is None:
        return bindings
    return _match_variadic(shape, sizes, variadic, bindings)


@dataclass(frozen=True, slots=True)
class _Wrong:
    kind: Kind
    expected: int | float | None = None
    reason: str = ""


def _match_single(
    axis: Axis, size: int, singles: dict[str, int], arguments: Mapping[str, object]
) -> _Wrong | None:
    """Match one axis, and bind its name in `singles`."""
    expected: int | float
    match axis:
        case Anonymous() | Variadic():
            return None
        case Fixed(broadcast=True) | Named(broadcast=True) | Sized(broadcast=True) if size == 1:
            return None
        case Named(treepath=True):
            return _Wrong("treepath")
        case Named(name=name):
            expected = singles.setdefault(name, size)
        case Fixed(size=expected):
            pass
        case Sized(expression=expression):
            try:
                expected = expression.evaluate(singles, arguments)
            except UnboundNameError as error:
                return _Wrong("unbound", reason=error.name or "")
            except Exception as error:
                # A field is the user's code: whatever it raises, there is no size to compare with.
                return _Wrong("failed", reason=str(error) or type(error).__name__)
    return None if expected == size else _Wrong("size", expected)


def _match_variadic(
    shape: Shape, sizes: Sizes, place: int, bindings: Bindings
) -> Bindings | Mismatch:
    axis = shape.axes[place]
    seen = sizes[place : len(sizes) - (len(shape.axes) - place - 1)]
    if not isinstance(axis, Variadic) or axis.name is None:
        return bindings
    if axis.treepath:
        return Mismatch("treepath", shape, sizes, place, None, seen)
    bound = bindings.variadics.get(axis.name)
    joint = join_variadic(axis.broadcast, seen, bound)
    if joint is None:
        expected = None if bound is None else bound[1]
        return Mismatch("axes", shape, sizes, place, expected, seen)
    return replace(bindings, variadics={**bindings.variadics, axis.name: joint})


def join_variadic(
    broadcast: bool, seen: Sizes, bound: tuple[bool, Sizes] | None
) -> tuple[bool, Sizes] | None:
    """Combine the sizes of a variadic name with those that are bound; None where they do not fit.

    The generated guard calls this too, where a name is broadcast somewhere in a signature.
    """
    if bound is None:
        return broadcast, seen
    bound_broadcast, before = bound
    joint = _broadcast(seen, before)
    # Whichever side is not to be broadcast must have the joint sizes already.
    if (
        joint is None
        or (not broadcast and joint != seen)
        or (not bound_broadcast and joint != before)
    ):
        return None
    return bound_broadcast and broadcast, joint


def _broadcast(left: Sizes, right: Sizes) -> Sizes | None:
    longer, shorter = (left, right) if len(left) >= len(right) else (right, left)
    padded = (1,) * (len(longer) - len(shorter)) + shorter
    if any(1 not in pair and pair[0] != pair[1] for pair in zip(longer, padded, strict=True)):
        return None
    return tuple(b if a == 1 else a for a, b in zip(longer, padded, strict=True))
