"""What is known of a value before anything runs: the axes of a tensor, a size, a tuple of them.

    x                Tensor((Axis(b), Axis(t), Axis(c)), float)
    x.shape[1]       Whole(t)
    c // heads       Whole(c/{heads})
    x.shape          Items((Whole(b), Whole(t), Whole(c)))
    cache or None    either of two values: joined, axis by axis

A symbol of a size is an axis of the function (`t`), a number that the program computes or is given
(`{heads}`), or unknown to the reader and still the same wherever it stands (`?n.12`). Nothing here
knows mypy: the rules of torch's operations are pure functions of these values.
"""

from dataclasses import dataclass, replace

from typed_rope.mypy.dtypes import Dtypes
from typed_rope.shapes import Size


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a tensor."""

    size: Size | None
    """Its size; None where nothing is known, not even that two reads give the same."""
    label: str | None = None
    """Its identity: the name that it was declared with, or read from."""
    broadcast: bool = False
    """Declared `#b`: of that size, or of size 1."""

    def __str__(self) -> str:
        """Write it as an annotation would."""
        if self.size is None or any(symbol.startswith("?") for symbol in self.size.symbols()):
            return self.label or "?"
        size = str(self.size).replace("!", "")  # a mark of names that a call binds
        text = f"{'#' if self.broadcast else ''}{size}"
        return text if self.label in (None, size) else f"{self.label}={text}"


@dataclass(frozen=True, slots=True)
class Many:
    """Any number of axes: `*batch`, `...`; those without a name are unknown."""

    name: str | None = None

    def __str__(self) -> str:
        """Write them as an annotation would."""
        name = (self.name or "?").removeprefix("!")  # a mark of names that a call binds
        return "..." if name[0] in ".?" else f"*{name}"


Dims = tuple[Axis | Many, ...]


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor; what is None is unknown."""

    dims: Dims | None = None
    dtypes: Dtypes | None = None
    role: str | None = None
    """What its values mean, where two tensors of one shape must not be exchanged."""

    def __str__(self) -> str:
        """Write its axes as an annotation would."""
        return '"?"' if self.dims is None else f'"{" ".join(map(str, self.dims))}"'

    def shaped(self, dims: Dims | None) -> "Tensor":
        """Keep the dtype, with other axes."""
        return Tensor(dims, self.dtypes)


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number; None is one that nothing is known of."""

    size: Size | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Rest:
    """Within a tuple: any number of values, as a variadic axis has sizes."""

    many: Many


@dataclass(frozen=True, slots=True)
class Items:
    """A tuple or list whose values are told apart."""

    values: "tuple[Value | Rest, ...]"


@dataclass(frozen=True, slots=True)
class Repeated:
    """A list, tuple or iterator of any number of such values."""

    value: "Value"


@dataclass(frozen=True, slots=True)
class Constant:
    """A value written in the program: text, a truth value, a float, None, `...`."""

    value: object


@dataclass(frozen=True, slots=True)
class DtypeName:
    """A dtype of torch's as a value; None is one of which nothing is known."""

    dtypes: Dtypes | None


@dataclass(frozen=True, slots=True)
class Cut:
    """A slice: `start:stop:step`; None is an end that is left out."""

    start: "Value | None"
    stop: "Value | None"
    step: "Value | None"


@dataclass(frozen=True, slots=True)
class Either:
    """One of several values: of a union, or from two branches."""

    values: "tuple[Value, ...]"


@dataclass(frozen=True, slots=True)
class Thing:
    """An object of which the place is known: `self.attention`; its type is mypy's to say."""

    path: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """An object of which the constructor's arguments are known: `nn.Linear(c, 4 * c)`."""

    kind: str
    """The full name of its class."""
    arguments: "tuple[tuple[str, Value], ...]"
    """By the names of the constructor's parameters; of layers in a row, by place."""
    path: str | None = None


Value = (
    Tensor | Whole | Items | Repeated | Constant | DtypeName | Cut | Either | Thing | Made
)  # fmt: skip
UNKNOWN = Thing()
NONE = Constant(None)
EMPTY = Items(())
ANY_DIM = Axis(None)


def whole(value: int) -> Whole:
    """Make a number that is written in the program."""
    return Whole(Size.of(value))


def number(value: "Value | Rest | None") -> int | None:
    """Read a number that is known exactly; None elsewhere."""
    if not isinstance(value, Whole) or value.size is None:
        return None
    constant = value.size.constant()
    return None if constant is None or constant.denominator != 1 else constant.numerator


def sizes_of(dims: Dims) -> Items:
    """Make the value of `x.shape`."""
    return Items(
        tuple(Rest(d) if isinstance(d, Many) else Whole(_own_size(d), d.label) for d in dims)
    )


def _own_size(axis: Axis) -> Size | None:
    return None if axis.broadcast else axis.size


def axis_of(value: "Value | Rest") -> Axis | Many:
    """Make the axis that has a number as its size."""
    if isinstance(value, Rest):
        return value.many
    if isinstance(value, Whole):
        return Axis(value.size, value.label)
    return ANY_DIM


def join(left: Value, right: Value) -> Value:
    """Tell what holds of both: of one rank, the axes that agree; None gives way to a value."""
    if left == right:
        return left
    if isinstance(left, Tensor) and isinstance(right, Tensor):
        return _join_tensors(left, right)
    if isinstance(left, Whole) and isinstance(right, Whole):
        return Whole()
    if isinstance(left, Items) and isinstance(right, Items):
        return _join_items(left, right)
    if isinstance(left, Items | Repeated) and isinstance(right, Items | Repeated):
        return _join_lengths(left, right)
    if NONE in (left, right):
        # mypy has None checked before use: what matters is the other value.
        return right if left == NONE else left
    return UNKNOWN


def _join_tensors(left: Tensor, right: Tensor) -> Tensor:
    both = left.dtypes | right.dtypes if left.dtypes and right.dtypes else None
    role = left.role if left.role == right.role else None
    if left.dims is None or right.dims is None or len(left.dims) != len(right.dims):
        return Tensor(None, both, role)
    dims: list[Axis | Many] = []
    for one, other in zip(left.dims, right.dims, strict=True):
        if isinstance(one, Many) or isinstance(other, Many):
            if one != other:
                return Tensor(None, both, role)
            dims.append(one)
        else:
            dims.append(join_axes(one, other))
    return Tensor(tuple(dims), both, role)


def join_axes(one: Axis, other: Axis) -> Axis:
    """Tell what holds of both axes: a size or a label that they share."""
    same_size = one.size if one.size == other.size else None
    same_label = one.label if one.label == other.label else None
    return Axis(same_size, same_label, one.broadcast or other.broadcast)


def loosened(value: Items | Repeated) -> Repeated:
    """Forget how many values there are, and which comes first."""
    if isinstance(value, Repeated):
        return value
    values = [UNKNOWN if isinstance(one, Rest) else one for one in value.values]
    if not values:
        return Repeated(UNKNOWN)
    result = values[0]
    for one in values[1:]:
        result = join(result, one)
    return Repeated(result)


def _join_lengths(left: Items | Repeated, right: Items | Repeated) -> Repeated:
    if EMPTY in (left, right):
        return loosened(right if left == EMPTY else left)
    return Repeated(join(loosened(left).value, loosened(right).value))


def _join_items(left: Items, right: Items) -> Value:
    if len(left.values) != len(right.values):
        return _join_lengths(left, right)
    joined: list[Value | Rest] = []
    for one, other in zip(left.values, right.values, strict=True):
        if isinstance(one, Rest) or isinstance(other, Rest):
            if one != other:
                return UNKNOWN
            joined.append(one)
        else:
            joined.append(join(one, other))
    return Items(tuple(joined))


def known_as(axis: Axis, label: str | None) -> Axis:
    """Give an axis another identity."""
    return replace(axis, label=label)
