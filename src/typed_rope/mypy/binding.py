"""Does a value fit what is declared? Axes of the declaration are bound as jaxtyping binds them.

    declared "b h t d"      given "b t h d"     [layout] the declaration's names in another order
    declared "b h t d"      given "n g s e"     binds b = n, h = g, t = s, d = e
    declared "t d/2"        given "t d"         [shape] where d is bound to d: d/2 and d
    declared "b t"          given "b t c"       [shape] 2 axes, not 3

A symbol that begins with `!` is a name of the declaration's own, to be bound; every other symbol
is one of the function that is followed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from typed_rope.mypy.alignment import aligned
from typed_rope.mypy.dtypes import family_name
from typed_rope.mypy.equality import Facts, compare, compare_axes, resolved, single
from typed_rope.mypy.order import misplaced
from typed_rope.mypy.rules.dims import better, shape
from typed_rope.mypy.values import (
    ANY_DIM,
    NONE,
    Axis,
    Dims,
    Either,
    Items,
    Many,
    Repeated,
    Rest,
    Tensor,
    Value,
)
from typed_rope.shapes import Size


def bindable(name: str) -> str:
    """Name an axis, or a number in braces, that a call binds."""
    return f"!{name}"


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a value does not fit."""

    sentence: str
    code: str
    fix: str | None = None
    """What to write behind the value, such as `.transpose(1, 2)`."""


@dataclass(slots=True)
class Bindings:
    """What the names of a declaration stand for."""

    axes: dict[str, Axis] = field(default_factory=dict)
    """By symbol, with its mark."""
    many: dict[str, Dims] = field(default_factory=dict)
    numbers: dict[str, Size | None] = field(default_factory=dict)
    """The numbers in braces, by symbol."""

    def copy(self) -> "Bindings":
        """Copy them, to try something."""
        return Bindings(dict(self.axes), dict(self.many), dict(self.numbers))

    def take(self, other: "Bindings") -> None:
        """Become other bindings."""
        self.axes, self.many, self.numbers = other.axes, other.many, other.numbers

    def size(self, size: Size | None) -> Size | None:
        """Write a size of the declaration in the caller's symbols; None where one is unknown."""
        if size is None:
            return None
        values: dict[str, Size] = {}
        for symbol in size.symbols():
            if symbol.startswith("!"):
                bound = self.axes[symbol].size if symbol in self.axes else self.numbers.get(symbol)
                if bound is None:
                    return None
                values[symbol] = bound
        return size.substitute(values)


def fit(declared: Value, given: Value, bindings: Bindings, facts: Facts) -> Misfit | None:
    """Bind what is declared to a value; tell why where it does not fit."""
    if isinstance(given, Either):
        return _fit_every(declared, given, bindings, facts)
    match declared, given:
        case Either(), _:
            return _fit_any(declared, given, bindings, facts)
        case Tensor(), Tensor():
            return _fit_tensor(declared, given, bindings, facts)
        case Items(), Items():
            return _fit_items(declared, given, bindings, facts)
        case Repeated(value=inner), Items(values=values):
            for value in values:
                if not isinstance(value, Rest):
                    misfit = fit(inner, value, bindings, facts)
                    if misfit is not None:
                        return misfit
        case Repeated(value=inner), Repeated(value=value):
            return fit(inner, value, bindings, facts)
    return None


def _fit_any(declared: Either, given: Value, bindings: Bindings, facts: Facts) -> Misfit | None:
    """Fit one of a union: it binds where no other fits as well."""
    fitting: list[Bindings] = []
    misfits: list[Misfit] = []
    for option in declared.values:
        if isinstance(option, Tensor) != isinstance(given, Tensor) and option != given:
            fitting += [] if isinstance(given, Tensor) and option == NONE else [bindings]
            continue
        tried = bindings.copy()
        misfit = fit(option, given, tried, facts)
        if misfit is None:
            fitting.append(tried)
        else:
            misfits.append(misfit)
    if len(fitting) == 1:
        bindings.take(fitting[0])
    return None if fitting or not misfits else misfits[0]


def _fit_every(declared: Value, given: Either, bindings: Bindings, facts: Facts) -> Misfit | None:
    """Refuse a value that may be several only where none of them fits."""
    misfits = [fit(declared, value, bindings.copy(), facts) for value in given.values]
    return None if None in misfits else misfits[0]


def _fit_items(declared: Items, given: Items, bindings: Bindings, facts: Facts) -> Misfit | None:
    if len(declared.values) != len(given.values):
        return None
    for place, (part, value) in enumerate(zip(declared.values, given.values, strict=True)):
        if not isinstance(part, Rest) and not isinstance(value, Rest):
            misfit = fit(part, value, bindings, facts)
            if misfit is not None:
                return replace(misfit, sentence=f"item {place}: {misfit.sentence}", fix=None)
    return None


def _fit_tensor(declared: Tensor, given: Tensor, bindings: Bindings, facts: Facts) -> Misfit | None:
    if declared.dtypes and given.dtypes and not declared.dtypes & given.dtypes:
        sentence = f"{family_name(given.dtypes)}, not {family_name(declared.dtypes)}"
        return Misfit(sentence, "shape")
    if declared.dims is None or given.dims is None:
        return None
    pairs = aligned(declared.dims, given.dims)
    if pairs is None:
        axes = "1 axis" if len(given.dims) == 1 else f"{len(given.dims)} axes"
        counted = f"{axes}, not {_rank(declared.dims)}"
        return Misfit(f"{shape(given.dims)} for {shape(declared.dims)}: {counted}", "shape")
    wrong = misplaced(pairs)
    if wrong is not None:
        sentence = f"{shape(given.dims)} for {shape(declared.dims)}: {wrong.said}"
        return Misfit(sentence, "layout", wrong.fix)
    turned = _turned(pairs, bindings, facts)
    if turned:
        sentence = f"{shape(given.dims)} for {shape(declared.dims)}: {turned}"
        return Misfit(sentence, "layout")
    _bind_many(declared.dims, given.dims, bindings)
    for one, other in pairs:
        _bind(one, other, bindings, facts)
    for one, other in pairs:
        wrong_axis = _compare(one, other, bindings, facts)
        if wrong_axis is not None:
            sentence = f"{shape(given.dims)} for {shape(declared.dims)}: {wrong_axis}"
            return Misfit(sentence, "shape")
    return None


def _rank(dims: Dims) -> str:
    many = sum(isinstance(d, Many) for d in dims)
    return f"at least {len(dims) - many}" if many else str(len(dims))


def _bind_many(declared: Dims, given: Dims, bindings: Bindings) -> None:
    place = next((i for i, d in enumerate(declared) if isinstance(d, Many)), None)
    if place is None:
        return
    many = declared[place]
    behind = len(declared) - place - 1
    taken = given[place : len(given) - behind]
    if isinstance(many, Many) and many.name and many.name.startswith("!"):
        bindings.many.setdefault(many.name, taken)


def _bind(declared: Axis, given: Axis, bindings: Bindings, facts: Facts) -> None:
    symbol = single(declared.size)
    if symbol is None or not symbol.startswith("!") or symbol.startswith("!{"):
        return
    stretched = given.broadcast or given.size == Size.of(1)
    if declared.broadcast and stretched:
        return
    before = bindings.axes.get(symbol)
    if before is None or before == ANY_DIM:
        bindings.axes[symbol] = given
    elif compare_axes(before, given, facts) != "never":
        bindings.axes[symbol] = better(before, given)


def _turned(pairs: Sequence[tuple[Axis, Axis]], bindings: Bindings, facts: Facts) -> str | None:
    """Tell whether a value has the sizes that are wanted, each of them, in another order."""
    told = [
        (str(resolved(size, facts)), str(resolved(other.size, facts)))
        for one, other in pairs
        if (size := bindings.size(one.size)) and other.size is not None
        if not one.broadcast and not other.broadcast
    ]
    if sorted(one for one, _ in told) != sorted(other for _, other in told):
        return None
    moved = [one for one, other in told if one != other]
    if not moved:
        return None
    return f"{' and '.join(dict.fromkeys(moved))} stand in another order"


def _compare(declared: Axis, given: Axis, bindings: Bindings, facts: Facts) -> str | None:
    expected = bindings.size(declared.size)
    if expected is None or given.size is None:
        return None
    if declared.broadcast and (given.broadcast or given.size == Size.of(1)):
        return None
    verdict = compare(expected, given.size, facts)
    if verdict != "never" or given.broadcast:
        return None
    name, size = str(declared), str(expected)
    return f"{given} cannot be {name}" if name == size else f"{name} is {size}, not {given}"
