"""Axes meet from the right: one of size 1 gives way, and names that differ are refused."""

import pytest

from drawn import HEADS, UNKNOWN_SIZE, axis, fixed
from typed_rope.mypy.rules.broadcast import broadcast
from typed_rope.mypy.rules.rule import Refused, Unsure
from typed_rope.mypy.values import Axis, Dims, Many
from typed_rope.shapes import Size

BATCH = Many("batch")


def _dims(text: str) -> Dims:
    return tuple(
        BATCH if name == "*batch" else Many() if name == "..." else _axis(name)
        for name in text.split()
    )


def _axis(name: str) -> Axis:
    if name.startswith("#"):
        return Axis(Size.symbol(name[1:]), name[1:], broadcast=True)
    formulas = {
        "h*d": Size.symbol("h") * Size.symbol("d"),
        "p+t": Size.symbol("p") + Size.symbol("t"),
        "t+1": Size.symbol("t") + 1,
        "d/2": Size.symbol("d") / 2,
    }
    if name in formulas:
        return Axis(formulas[name])
    return fixed(int(name)) if name.isdigit() else axis(name)


@pytest.mark.parametrize(
    ("left", "right", "result"),
    [
        ("b h t s", "t s", "b h t s"),
        ("t s", "b h t s", "b h t s"),
        ("b 1 t", "b h 1", "b h t"),
        ("b t c", "", "b t c"),
        ("*batch t d", "t d", "*batch t d"),
        ("*batch t d", "*batch 1 d", "*batch t d"),
        ("b h t s", "#b #h t s", "b h t s"),
        ("#b t", "h t", "h t"),
        ("#b t", "#b t", "#b t"),
        ("b 768", "b c", "b c"),
        ("b t c", "b t h*d", "b t c"),
        ("b h t p+t", "t s", "b h t s"),
        ("1 m d", "b t+1 d", "b m d"),
    ],
)
def test_axes_meet_from_the_right(left: str, right: str, result: str) -> None:
    assert broadcast((_dims(left), _dims(right)), {}) == _dims(result)


@pytest.mark.parametrize(
    ("left", "right", "named"),
    [
        ("b h t s", "s t", ("s", "t")),
        ("b t c", "b c", ("t", "b")),
        ("b 8", "b 16", ("8", "16")),
        ("t d", "t+1 d", ("t", "t+1")),
    ],
)
def test_names_that_differ_are_refused_with_both_shapes(
    left: str, right: str, named: tuple[str, str]
) -> None:
    with pytest.raises(Refused) as refusal:
        broadcast((_dims(left), _dims(right)), {})
    told = f'{named[0]} and {named[1]} cannot be equal in "{left}" and "{right}"'
    assert refusal.value.sentence == told
    assert refusal.value.code == "shape"


@pytest.mark.parametrize(
    ("left", "right", "fix"),
    [
        ("b h t s", "s t", ".T"),
        ("b h t s", "b h s t", ".transpose(2, 3)"),
        ("b h t s", "1 s t", ".transpose(1, 2)"),
        ("b h t s", "h t", None),
        ("b h t d/2", "d/2 t", ".T"),
        ("b t c", "d c t", None),
        ("t", "s", None),
    ],
)
def test_a_transposition_is_offered_only_where_it_makes_all_axes_meet(
    left: str, right: str, fix: str | None
) -> None:
    with pytest.raises(Refused) as refusal:
        broadcast((_dims(left), _dims(right)), {})
    assert refusal.value.fix == fix


@pytest.mark.parametrize(
    ("left", "right"), [("*batch d", "b t d"), ("... d", "... d"), ("*batch d", "... d")]
)
def test_axes_of_any_number_meet_nothing_else(left: str, right: str) -> None:
    with pytest.raises(Unsure):
        broadcast((_dims(left), _dims(right)), {})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Axis(UNKNOWN_SIZE, "t"), Axis(Size.symbol("?m.2"), "s")),
        (Axis(UNKNOWN_SIZE), Axis(None)),
        (Axis(Size.symbol("b"), "b", broadcast=True), Axis(Size.symbol("h"), "h", broadcast=True)),
    ],
)
def test_of_two_axes_that_may_both_give_way_nothing_is_told(one: Axis, other: Axis) -> None:
    assert broadcast(((one,), (other,)), {}) == (Axis(None),)


def test_a_size_that_nobody_knows_gives_way_to_a_name() -> None:
    unknown, heads = Axis(UNKNOWN_SIZE, "n"), Axis(HEADS)
    assert broadcast(((unknown,), (axis("t"),)), {}) == (axis("t"),)
    assert broadcast(((axis("t"),), (heads,)), {}) == (axis("t"),)


def test_an_asserted_size_is_the_same() -> None:
    assert broadcast(((axis("t"),), (axis("s"),)), {"s": Size.symbol("t")}) == (axis("t"),)
