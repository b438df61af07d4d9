"""Draw calls of torch operations as a rule sees them: axes with names, and numbers for the names.

    drawn          Tensor((b, h*d, t+1))  .transpose(Whole(0), Whole(-1))
    a world        b = 7, h = 11, t = 5, d = 28, ...
    made real      torch.empty(7, 308, 6).transpose(0, -1)

A case is a rule's arguments as values, and nothing else: what torch is called with follows from
the values and a world. The worlds' sizes are pairwise distinct, `d` is a multiple of 4 and `c` of
12, so that halves and `c/{heads}` are whole.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from typed_rope.mypy.dtypes import FLOAT, Dtypes
from typed_rope.mypy.values import Axis, Constant, Dims, Items, Many, Tensor, Value, Whole
from typed_rope.shapes import Size

NAMES = ("b", "h", "t", "s", "d", "c")
HEADS = Size.symbol("{heads}")
GROUPS = Size.symbol("{groups}")
UNKNOWN_SIZE = Size.symbol("?n.1")
FLOAT32: Dtypes = frozenset({"float32"})
INT64: Dtypes = frozenset({"int64"})


@dataclass(frozen=True)
class Case:
    """The arguments of one call; the first is the tensor that a method is called on."""

    positional: tuple[Value, ...]
    named: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class World:
    """A size for every symbol, and sizes for `*batch`; `pick` chooses where more is open."""

    sizes: Mapping[str, int]
    many: tuple[int, ...]
    pick: int


@dataclass(frozen=True)
class Trial:
    """How a rule is tried: what it is called with, and how often it must know the answer."""

    cases: SearchStrategy[Case]
    definite: float = 0.5
    """The least share of calls that torch accepts for which every size of the result is told."""
    refused: float = 0.0
    """The least share of calls that torch refuses, of sizes that are all plain axes, for which the
    rule says so; in the others it is silent."""
    form: Callable[..., object] | None = None
    """What torch calls it, where it is neither a method nor a function nor in nn.functional."""
    lenient: bool = False
    """Whether it may answer where torch refuses: what torch refuses is not the rule's business."""
    device: str = "meta"
    """Where it is called: on the meta device numbers have no values, which some results hang on."""
    labelled: bool = True
    """Whether every result axis that has the size of a labelled axis must carry its label."""


def worlds() -> SearchStrategy[World]:
    """Draw sizes that are pairwise distinct, also from those of simple formulas."""
    return st.integers(0, 99_999).map(_world)


def _world(seed: int) -> World:
    random = Random(seed)
    b, h, t, s, unknown = random.sample((5, 7, 11, 13, 17, 19), 5)
    sizes = {"b": b, "h": h, "t": t, "s": s, "m": 4, "?n.1": unknown}
    sizes["m"] = random.choice((3, 4))
    sizes |= {"d": random.choice((20, 28, 44, 52)), "c": random.choice((24, 36, 48, 60))}
    sizes |= {"{heads}": random.choice((2, 3, 6)), "{groups}": random.choice((8, 9, 10, 14))}
    return World(sizes, tuple(random.sample((23, 29), random.choice((0, 1, 1, 2)))), seed % 60)


def axis(name: str) -> Axis:
    """Name an axis as a signature does."""
    return Axis(Size.symbol(name), name)


def fixed(size: int) -> Axis:
    """Make an axis of a size that is written in the program."""
    return Axis(Size.of(size))


def tensor(*dims: Axis | Many | str, dtypes: Dtypes | None = FLOAT32) -> Tensor:
    """Make a tensor of the axes; a text is a name."""
    return Tensor(tuple(axis(one) if isinstance(one, str) else one for one in dims), dtypes)


def numbers(*values: int) -> Items:
    """Make a tuple of numbers that are written in the program."""
    return Items(tuple(Whole(Size.of(value)) for value in values))


def number(value: int | Size) -> Whole:
    """Make a number that is written in the program, or computed."""
    return Whole(Size.of(value))


def truth(value: bool) -> Constant:
    """Make a truth value that is written in the program."""
    return Constant(value)


@st.composite
def formulas(draw: st.DrawFn, name: str) -> Axis:
    """Draw an axis whose size is a formula of a name: such as `t+1`, `h*t`, `2*t`."""
    own = Size.symbol(name)
    kinds = [own + 1, own * 2, own * 3 + 2, own * Size.symbol("h" if name != "h" else "s")]
    size = draw(st.sampled_from(kinds))
    if name in "dc" and draw(st.booleans()):
        size = draw(st.sampled_from([own / 2, own / 4])) or size
    return Axis(size, draw(st.sampled_from([None, f"{name}_"])))


def _open_axes(name: str) -> SearchStrategy[Axis]:
    """Draw an axis that is no plain name: a number of the program's, or nothing that is known."""
    return st.sampled_from(
        [
            Axis(HEADS, f"{name}_"),
            Axis(HEADS),
            fixed(8),
            fixed(1),
            Axis(UNKNOWN_SIZE, name),
            Axis(UNKNOWN_SIZE),
            Axis(None),
        ]
    )


def plain_dims(least: int = 0, most: int = 4) -> SearchStrategy[Dims]:
    """Draw axes that are all plain names, pairwise distinct."""
    several = st.lists(st.sampled_from(NAMES), min_size=least, max_size=most, unique=True)
    return several.map(lambda names: tuple(map(axis, names)))


@st.composite
def dims(draw: st.DrawFn, least: int = 0, most: int = 4, *, many: bool = True) -> Dims:
    """Draw axes: mostly plain names, at times formulas, numbers, unknowns, or `*batch`."""
    plain = draw(plain_dims(least, most))
    if draw(st.integers(0, 3)) > 0:
        return plain
    mixed: list[Axis | Many] = []
    for one in plain:
        kind = draw(st.integers(0, 2))
        name = one.label if isinstance(one, Axis) and one.label else ""
        choice = st.just(one) if kind == 0 else formulas(name) if kind == 1 else _open_axes(name)
        mixed.append(draw(choice))
    if many and draw(st.integers(0, 3)) == 0:
        mixed.insert(
            draw(st.integers(0, len(mixed))), draw(st.sampled_from([Many("batch"), Many()]))
        )
    return tuple(mixed)


@st.composite
def tensors(
    draw: st.DrawFn,
    least: int = 0,
    most: int = 4,
    *,
    many: bool = True,
    dtypes: Dtypes | None = FLOAT32,
) -> Tensor:
    """Draw a tensor with such axes."""
    return Tensor(draw(dims(least, most, many=many)), dtypes)


@st.composite
def places(draw: st.DrawFn, shape: Dims, *, more: int = 0, wrong: bool = True) -> int:
    """Draw a `dim` of a tensor: counted from either end, rarely one that it does not have."""
    rank = len(shape) + more
    beyond = 1 if wrong and draw(st.integers(0, 9)) == 0 else 0
    lowest, highest = -rank - beyond, rank - 1 + beyond
    return draw(st.integers(lowest, highest)) if lowest <= highest else 0


def families() -> SearchStrategy[Dtypes | None]:
    """Draw what is known of a floating-point dtype."""
    return st.sampled_from([FLOAT32, frozenset({"bfloat16"}), FLOAT - _EIGHT_BITS, None])


_EIGHT_BITS = frozenset(name for name in FLOAT if name.startswith("float8"))
