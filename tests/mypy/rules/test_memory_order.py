"""A view that moves an axis is refused, and no other: the truth is where torch puts the entries.

Every entry is given its index along one axis. After a view, an axis of that name is the same axis
if the entries at index i of it still hold i.
"""

import re
from math import prod

import pytest
import torch
from cases_reshaping import views
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st
from made_real import Impossible, real, shape_of

from drawn import Case, World, worlds
from typed_rope.mypy.rules import RULES
from typed_rope.mypy.rules.rule import Known, Refused, Unsure
from typed_rope.mypy.values import Axis, Items, Rest, Tensor, Value, Whole
from typed_rope.shapes import Size

SIZES = {"b": 2, "h": 3, "t": 5, "s": 7, "d": 16, "c": 24, "q": 11, "k": 13, "{n}": 4, "{w}": 2}
WORLD = World(SIZES, (), 0)
Sizes = list["Value | Rest"]


def a(name: str) -> Size:
    return Size.symbol(name)


def read(text: str) -> list[Size]:
    """Read sizes such as `b t c/n 4`; n and w are numbers of the program's."""
    names = {name: a(f"{{{name}}}" if name in "nw" else name) for name in "bhtsdcqknw"}
    return [Size.of(eval(part, {}, names)) for part in text.split()]


def tensor(text: str) -> Tensor:
    return Tensor(tuple(Axis(size, str(size)) for size in read(text)), frozenset({"float32"}))


def viewed(old: str, new: str, name: str = "reshape") -> Tensor | Refused:
    try:
        result = RULES[name]((tensor(old), *map(Whole, read(new))), {}, Known())
    except Refused as refused:
        return refused
    assert isinstance(result, Tensor)
    return result


def stays(x: Tensor, shape: tuple[int, ...], here: int, there: int, world: World) -> bool:
    """Tell whether the entries of an axis keep their index when torch deals them out anew."""
    old = shape_of(x.dims or (), world)
    index = torch.arange(old[here]).view(-1, *[1] * (len(old) - here - 1)).expand(old)
    result = index.reshape(shape)
    expected = torch.arange(shape[there]).view(-1, *[1] * (len(shape) - there - 1))
    return bool((result == expected).all())


MOVED = [
    ("b t c", "b n t c/n"),
    ("b h t d", "b t h*d"),
    ("b t h*d", "b h t d"),
    ("b h t d", "t b h d"),
    ("b c h s", "b h s c"),
    ("b c h s", "c b*h*s"),
    ("t b c", "b t c"),
    ("b t c", "b c t"),
    ("t d", "d t"),
    ("b s h d", "b*h s d"),
    ("b t n c/n", "b n t c/n"),
    ("b h t s", "h b t s"),
]
MIXED = [
    ("b h t d", "b*t h*d"),
    ("b h t d", "b*t n d*h/n"),
    ("b h d", "d/2 b*h 2"),
    ("b t c", "b c/4 4*t"),
]
KEPT = [
    ("b t h d", "b*t h*d"),
    ("b t c", "b t n c/n"),
    ("b t c", "b*t c"),
    ("b t c", "b t*c"),
    ("b*t c", "b t c"),
    ("b t n c/n", "b t c"),
    ("b h t d", "b*h t d"),
    ("b*h t d", "b h t d"),
    ("b t c", "b t c/4 4"),
    ("b t 4*c", "b t 4 c"),
    ("b c*4 h s", "b c 2 2 h s"),
    ("b c 2 h 2 s", "b c 2*h 2*s"),
    ("b 8*w 6*w c", "b 8 w 6 w c"),
    ("b 8 6 w w c", "b*48 w*w c"),
    ("b t d/2 2", "b t d"),
    ("b t 1 c", "b t c"),
    ("1 t c", "t c"),
    ("b t", "b t 1 1"),
    ("b h t d", "b h t*d"),
    ("b n h s c/n", "b h*s*c"),
    ("q k+1", "k+1 q"),
    ("b h q k+1", "b h k+1 q"),
    ("b h t 2*t", "b h 2*t t"),
    ("b n t d", "b n t d"),
    ("b n t d", "b w*2 t d"),
]


def in_sizes(text: str) -> tuple[int, ...]:
    return tuple(size.evaluate(SIZES) or 0 for size in read(text))


@pytest.mark.parametrize(("old", "new"), MOVED + MIXED, ids="->".join)
@pytest.mark.parametrize("name", ["view", "reshape"])
def test_a_view_that_moves_an_axis_is_refused(old: str, new: str, name: str) -> None:
    refused = viewed(old, new, name)
    assert isinstance(refused, Refused)
    assert refused.code == "layout"


@pytest.mark.parametrize(("old", "new"), KEPT, ids="->".join)
def test_a_view_in_order_is_accepted(old: str, new: str) -> None:
    assert not isinstance(viewed(old, new), Refused)


@pytest.mark.parametrize(("old", "new"), MOVED, ids="->".join)
def test_torch_moves_the_axis_that_is_named(old: str, new: str) -> None:
    refused = viewed(old, new)
    assert isinstance(refused, Refused)
    moved = a(refused.sentence.split()[0])
    here, there = read(old).index(moved), read(new).index(moved)
    assert not stays(tensor(old), in_sizes(new), here, there, WORLD)


@pytest.mark.parametrize(("old", "new"), MOVED, ids="->".join)
def test_an_exchange_before_the_view_repairs_it(old: str, new: str) -> None:
    refused = viewed(old, new)
    assert isinstance(refused, Refused)
    written = re.fullmatch(r"\.(\w+)\(([\d, ]+)\)", refused.fix or "")
    if written is None:
        return
    name, places = written.groups()
    numbers = [Whole(Size.of(int(place))) for place in places.split(",")]
    moved = RULES[name]((tensor(old), *numbers), {}, Known())
    assert isinstance(RULES["reshape"]((moved, *map(Whole, read(new))), {}, Known()), Tensor)


@pytest.mark.parametrize(("old", "new"), MOVED, ids="->".join)
def test_an_exchange_after_another_view_repairs_it(old: str, new: str) -> None:
    refused = viewed(old, new)
    assert isinstance(refused, Refused)
    written = re.fullmatch(r"reshape to \((.*)\), then \.transpose\((.*)\)", refused.fix or "")
    if written is None:
        return
    other = written[1].replace(",", "").replace("{n}", "n")
    result = viewed(old, other)
    assert isinstance(result, Tensor)
    numbers = [Whole(Size.of(int(place))) for place in written[2].split(",")]
    turned = RULES["transpose"]((result, *numbers), {}, Known())
    assert isinstance(turned, Tensor)
    assert [axis.size for axis in turned.dims or () if isinstance(axis, Axis)] == read(new)


@pytest.mark.parametrize(
    ("old", "new", "fix"),
    [
        ("b t c", "b n t c/n", "reshape to (b, t, {n}, c/{n}), then .transpose(1, 2)"),
        ("b h t d", "b t d*h", ".transpose(1, 2)"),
        ("b c h s", "b h s c", ".permute(0, 2, 3, 1)"),
        ("t d", "d t", ".permute(1, 0)"),
        ("b h t d", "b*t h*d", ".transpose(1, 2)"),
    ],
)
def test_the_repair_is(old: str, new: str, fix: str) -> None:
    refused = viewed(old, new)
    assert isinstance(refused, Refused)
    assert refused.fix == fix


def test_the_refusal_names_the_axis_and_both_shapes() -> None:
    refused = viewed("b t c", "b n t c/n", "view")
    assert isinstance(refused, Refused)
    assert refused.sentence == (
        "t is moved across axes, as entries keep their order in memory: "
        '"b t c" cannot become "b {n} t c/{n}"'
    )


FILTERED = settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])


def answered(case: Case) -> Tensor | Refused:
    try:
        result = RULES["reshape"](case.positional, case.named, Known())
    except Refused as refused:
        return refused
    except Unsure:
        reject()
    assert isinstance(result, Tensor)
    return result


def dealt_out(case: Case, world: World) -> tuple[Tensor, tuple[int, ...]]:
    """Tell what was viewed, and the shape that torch makes of it."""
    x, *sizes = case.positional
    try:
        shape = tuple(real(x, world).reshape(*(real(size, world) for size in sizes)).shape)
    except (RuntimeError, Impossible):
        reject()
    assert isinstance(x, Tensor)
    return x, shape


def shared(x: Tensor, names: list[str | None]) -> list[tuple[int, int]]:
    """Pair the axes of one name."""
    own = [axis.label for axis in x.dims or () if isinstance(axis, Axis)]
    return [
        (own.index(name), names.index(name))
        for name in dict.fromkeys(names)
        if name is not None and own.count(name) == 1 and names.count(name) == 1
    ]


@FILTERED
@given(views(many=False), worlds())
def test_an_axis_that_keeps_its_label_keeps_its_entries(case: Case, world: World) -> None:
    result = answered(case)
    x, shape = dealt_out(case, world)
    if isinstance(result, Refused):
        reject()
    names = [axis.label for axis in result.dims or () if isinstance(axis, Axis)]
    for here, there in shared(x, names):
        assert stays(x, shape, here, there, world)


@FILTERED
@given(views(many=False, crossed=True), st.lists(worlds(), min_size=3, max_size=3))
def test_a_refused_order_is_wrong_in_torch(case: Case, some: list[World]) -> None:
    refused = answered(case)
    seen = [dealt_out(case, world) for world in some]
    if not isinstance(refused, Refused) or refused.code != "layout":
        reject()
    assert any(mixes(x, shape, world) for (x, shape), world in zip(seen, some, strict=True))


@FILTERED
@given(views(many=False, crossed=True), worlds())
def test_what_moves_of_plain_names_is_refused(case: Case, world: World) -> None:
    assume(all(str(size) in "bhtsdc" for size in own_sizes(case)))
    result = answered(case)
    x, shape = dealt_out(case, world)
    sizes = [value for value in flat(case) if isinstance(value, Whole)]
    pairs = shared(x, [str(value.size) for value in sizes])
    kept = all(stays(x, shape, here, there, world) for here, there in pairs)
    assert kept or isinstance(result, Refused)


def mixes(x: Tensor, shape: tuple[int, ...], world: World) -> bool:
    """Tell whether an axis ends within entries of others, or is dealt other entries."""
    old = shape_of(x.dims or (), world)
    ends = {prod(old[:at]) * part for at in range(len(old)) for part in parts_of(old[at])}
    return any(prod(shape[:at]) not in ends for at in range(len(shape))) or any(
        not stays(x, shape, old.index(size), shape.index(size), world)
        for size in set(old) & set(shape)
        if old.count(size) == 1 and shape.count(size) == 1
    )


def parts_of(size: int) -> list[int]:
    return [part for part in range(1, size + 1) if size % part == 0]


def flat(case: Case) -> Sizes:
    sizes = case.positional[1:]
    return list(sizes[0].values) if isinstance(sizes[0], Items) else list(sizes)


def own_sizes(case: Case) -> list[Size | None]:
    x = case.positional[0]
    assert isinstance(x, Tensor)
    return [axis.size for axis in x.dims or () if isinstance(axis, Axis)]
