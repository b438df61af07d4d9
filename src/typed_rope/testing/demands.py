"""What the sizes of a call must satisfy: unknowns, and sizes that are computed from them.

x: "b h t d"   cos: "t d/2"   heads: int -> "b t c/{heads}"

unknowns   b h t d {heads} c        each gets a whole number
demands    d/2  c/{heads}           each must come out whole, and big enough
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from typed_rope.shapes import Size, Sized

Assignment = Mapping[str, int]
Reader = Callable[[Assignment], object]


@dataclass(frozen=True)
class Unknown:
    """A size to be chosen; `allowed` is what the caller leaves to choose from."""

    key: str
    allowed: Sequence[int] | None = None


@dataclass(frozen=True)
class Demand:
    """A computed size: whole, and `equals` where a given tensor has it already."""

    text: str
    reads: frozenset[str]
    size: Callable[[Assignment], int | float]
    identity: object
    """Two demands of one identity are the same size, however they are written."""
    divisors: tuple[str | int, ...] = ()
    """What stands below the line: an unknown, or the value of an argument that is given."""
    kind: str = "argument"
    """"argument", "result", or "loose" where it may coincide with another size."""
    equals: int | None = None


@dataclass(frozen=True)
class Names:
    """Where an expression finds its values: axes by their keys, arguments by their readers."""

    axes: Mapping[str, str]
    arguments: Mapping[str, tuple[frozenset[str], Reader]]


def demand_of(axis: Sized, names: Names, *, kind: str, equals: int | None = None) -> Demand:
    """Write the size of one axis as a demand on the unknowns that it reads."""
    expression = axis.expression
    axes = {name: names.axes[name] for name in expression.names}
    given = {name for part in expression.fields for name in part.names}
    readers = {name: names.arguments[name] for name in given if name in names.arguments}
    reads = frozenset(axes.values()).union(*(keys for keys, _ in readers.values()))
    code = compile_size(axis)

    def size(assignment: Assignment) -> int | float:
        bound = {name: assignment[key] for name, key in axes.items()}
        return code(bound, {name: read(assignment) for name, (_, read) in readers.items()})

    identity, divisors = _formula(axis, axes, readers)
    loose = identity is None
    return Demand(
        axis.text,
        reads,
        size,
        identity if identity is not None else ("opaque", expression.text, tuple(axes.values())),
        divisors,
        "loose" if loose else kind,
        equals,
    )


def compile_size(axis: Sized) -> Callable[[Mapping[str, int], Mapping[str, object]], int | float]:
    """Return the expression as a function: its own code where no argument is pasted as text."""
    if axis.expression.fields:
        return axis.expression.evaluate
    code = compile(axis.expression.text.strip(), "<axis>", "eval")

    def evaluate(bound: Mapping[str, int], _: Mapping[str, object]) -> int | float:
        value: int | float = eval(code, dict(bound))
        return value

    return evaluate


def _formula(
    axis: Sized,
    axes: Mapping[str, str],
    readers: Mapping[str, tuple[frozenset[str], Reader]],
) -> tuple[object, tuple[str | int, ...]]:
    """Return what makes the size the same as another, and what it is divided by."""
    formula = axis.formula
    if formula is None:
        return None, ()
    values: dict[str, Size | int] = {name: Size.symbol(key) for name, key in axes.items()}
    below: dict[str, str | int] = dict(axes)
    for part in axis.expression.fields:
        found = [readers[name] for name in part.names if name in readers]
        keys = frozenset[str]().union(*(keys for keys, _ in found))
        if not keys:
            known = _known(part.evaluate, {n: readers[n][1] for n in part.names if n in readers})
            if known is None:
                return None, ()
            values[part.symbol] = below[part.symbol] = known
        elif len(keys) == 1 and part.text.strip() in part.names:
            (key,) = keys
            values[part.symbol], below[part.symbol] = Size.symbol(key), key
    divided = [s for powers, _ in formula.terms for s, power in powers if power < 0]
    divisors = tuple(dict.fromkeys(below[s] for s in divided if s in below))
    return formula.substitute(values), divisors


def _known(
    evaluate: Callable[[Mapping[str, object]], str], readers: Mapping[str, Reader]
) -> int | None:
    try:
        number = Fraction(evaluate({name: read({}) for name, read in readers.items()}))
    except Exception:  # a field is the user's code
        return None
    return int(number) if number.denominator == 1 else None


__all__ = ["Assignment", "Demand", "Names", "Reader", "Unknown", "compile_size", "demand_of"]
