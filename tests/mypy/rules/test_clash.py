"""Names and what is made of them clash; a formula may have been given a name of its own."""

import pytest

from drawn import HEADS, UNKNOWN_SIZE, axis
from typed_rope.mypy.rules.clash import clash, sizes_clash
from typed_rope.mypy.values import Axis
from typed_rope.shapes import Size

B, T, S, H, D, C, P = map(Size.symbol, "btshdcp")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (T, S),
        (T, T + 1),
        (H, H * HEADS),
        (D, D / 2),
        (B * T, B * S),
        (B * T, B * (T - 1)),
        (P + T, T),
        (P + T, P + S),
        (T - 1, S - 1),
        (Size.of(8), Size.of(16)),
    ],
)
def test_names_and_what_is_made_of_them_clash(left: Size, right: Size) -> None:
    assert sizes_clash(left, right, {})
    assert sizes_clash(right, left, {})


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (T, T),
        (C, H * D),
        (S, P + T),
        (S, T + 1),
        (P, D / 2),
        (S, T * HEADS),
        (C, Size.of(768)),
        (T, HEADS),
        (T, UNKNOWN_SIZE),
        (T, None),
    ],
)
def test_a_formula_may_have_a_name_of_its_own(left: Size, right: Size | None) -> None:
    assert not sizes_clash(left, right, {})
    assert not sizes_clash(right, left, {})


def test_what_was_asserted_to_be_equal_does_not_clash() -> None:
    assert not sizes_clash(T, S, {"t": S})
    assert sizes_clash(T, S, {"t": S + 1})


def test_an_axis_that_may_be_of_size_1_does_not_clash() -> None:
    assert clash(axis("t"), axis("s"), {})
    assert not clash(axis("t"), Axis(S, "s", broadcast=True), {})
