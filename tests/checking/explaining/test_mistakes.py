"""What is said of a mistake that a change would repair; more of it stands in test_gallery.py."""

# ruff: noqa: E501 # a message keeps its lines

from collections.abc import Callable
from textwrap import dedent
from typing import Any

import pytest
import torch
from jaxtyping import Complex, Float, Int
from torch import Tensor

from typed_rope.checking import ShapeError, typed


def message(function: Callable[..., object], *arguments: Any) -> str:
    with pytest.raises(ShapeError) as error:
        function(*arguments)
    return str(error.value)


def says(text: str) -> str:
    return dedent(text).strip()


def f(*sizes: int) -> Tensor:
    return torch.zeros(sizes)


@typed
def plot(x: Float[Tensor, "a b"] | Int[Tensor, "a b c"]) -> None: ...


@typed
def two(x: Float[Tensor, "b t"], y: Float[Tensor, "b t"]) -> None: ...


@typed
def add(
    x: Float[Tensor, "b t d"], y: Float[Tensor, "b t d"], z: Float[Tensor, "b t d"]
) -> None: ...


@typed
def turn(
    x: Float[Tensor, "b t d"], cos: Float[Tensor, "t d"], sin: Float[Tensor, "t d"]
) -> None: ...


@typed
def loss(x: Float[Tensor, "n c"], y: Int[Tensor, " n"], w: Float[Tensor, " c"]) -> None: ...


def test_a_dtype_of_another_member_of_a_union_is_told_from_the_axes() -> None:
    assert message(plot, f(2, 3, 5)) == says(
        """
        plot: x is float32, where "a b c" is Int.
        > x: Float[Tensor, "a b"]   float32 (2, 3, 5)
        Write: plot(x.to(torch.int64))
        """
    )


def test_a_dtype_of_several_is_told_once() -> None:
    @typed
    def multiply(x: Complex[Tensor, "t d"], y: Complex[Tensor, "t d"]) -> None: ...

    assert message(multiply, f(5, 8, 2), f(5, 8, 2)) == says(
        """
        multiply: x and y are float32, which is not Complex.
        > x: Complex[Tensor, "t d"]   float32 (5, 8, 2)
        > y: Complex[Tensor, "t d"]   float32 (5, 8, 2)
        Write: multiply(torch.view_as_complex(x), torch.view_as_complex(y))
        """
    )


def test_what_has_to_be_done_in_any_case_is_said_before_what_is_one_of_two() -> None:
    assert message(two, f(2, 5), f(5, 2).long()) == says(
        """
        two: y is int64, which is not Float; x or y fits its annotation with b and t exchanged.
        > x: Float[Tensor, "b t"]   float32 (2, 5)   b = 2, t = 5
        > y: Float[Tensor, "b t"]   int64 (5, 2)     b = 5, t = 2
        Write: two(x.transpose(0, 1), y.to(torch.float32)) or two(x, y.to(torch.float32).transpose(0, 1))
        """
    )


def test_two_values_of_a_wrong_type_are_told_one_by_one() -> None:
    assert message(two, [[0.5] * 5] * 2, [[0.5] * 5] * 2) == says(
        """
        two: x is a list, not a Tensor; y is a list, not a Tensor.
        > x: Float[Tensor, "b t"]   list of 2
        > y: Float[Tensor, "b t"]   list of 2
        Write: two(torch.tensor(x), torch.tensor(y))
        """
    )


def test_an_axis_behind_any_number_of_others_is_named_by_its_place_in_the_annotation() -> None:
    @typed
    def norm(x: Float[Tensor, "*b t 5"], w: Float[Tensor, " t"]) -> None: ...

    assert message(norm, f(2, 5, 7), f(7)) == says(
        """
        norm: x fits its annotation with t and 5 exchanged.
        > x: Float[Tensor, "*b t 5"]   float32 (2, 5, 7)   t = 5
          w: Float[Tensor, "t"]        float32 (7,)        t = 7
        Write: norm(x.transpose(1, 2), w)
        """
    )


def test_an_axis_among_any_number_of_others_is_named_by_its_number() -> None:
    @typed
    def norm(x: Float[Tensor, "a *b 5"]) -> None: ...

    assert message(norm, f(2, 3, 5, 7)) == says(
        """
        norm: x fits its annotation with axis 2 and 5 exchanged.
        > x: Float[Tensor, "a *b 5"]   float32 (2, 3, 5, 7)
        Write: norm(x.transpose(2, 3))
        """
    )


def test_a_move_and_an_exchange_that_would_both_do_are_one_sentence() -> None:
    @typed
    def convolve(x: Float[Tensor, "b 3 y x"]) -> None: ...

    assert message(convolve, f(2, 4, 7, 3)) == says(
        """
        convolve: x fits its annotation with its axes read as (b, y, x, 3), or with 3 and x exchanged.
        > x: Float[Tensor, "b 3 y x"]   float32 (2, 4, 7, 3)   y = 7, x = 3
        Write: convolve(x.permute(0, 3, 1, 2)) or convolve(x.transpose(1, 3))
        """
    )


def test_all_in_one_other_order_are_told_together() -> None:
    @typed
    def mix(
        q: Float[Tensor, "b h t d"], k: Float[Tensor, "b h s d"], v: Float[Tensor, "b 6 s 9"]
    ) -> None: ...

    assert message(mix, f(2, 5, 8, 6), f(2, 7, 8, 6), f(2, 7, 9, 6)) == says(
        """
        mix: q, k and v fit their annotations with their axes read as (b, t, d, h).
        > q: Float[Tensor, "b h t d"]   float32 (2, 5, 8, 6)   h = 5, t = 8, d = 6
        > k: Float[Tensor, "b h s d"]   float32 (2, 7, 8, 6)   h = 7, d = 6
        > v: Float[Tensor, "b 6 s 9"]   float32 (2, 7, 9, 6)
        Write: mix(q.permute(0, 3, 1, 2), k.permute(0, 3, 1, 2), v.permute(0, 3, 1, 2))
        """
    )


def test_three_in_another_order_are_told_together() -> None:
    @typed
    def three(
        x: Float[Tensor, "5 a"], y: Float[Tensor, "7 b"], z: Float[Tensor, "9 c"]
    ) -> None: ...

    assert message(three, f(7, 8), f(9, 8), f(5, 8)) == says(
        """
        three: x, z and y fit their annotations in another order.
        > x: Float[Tensor, "5 a"]   float32 (7, 8)
        > y: Float[Tensor, "7 b"]   float32 (9, 8)
        > z: Float[Tensor, "9 c"]   float32 (5, 8)
        Write: three(z, x, y)
        """
    )


def test_a_missing_axis_of_several_is_told_once() -> None:
    assert message(add, f(2, 5, 8), f(5, 8), f(5, 8)) == says(
        """
        add: y and z have 2 axes, where "b t d" has 3.
          x: Float[Tensor, "b t d"]   float32 (2, 5, 8)   b = 2, t = 5, d = 8
        > y: Float[Tensor, "b t d"]   float32 (5, 8)
        > z: Float[Tensor, "b t d"]   float32 (5, 8)
        Write: add(x, y.repeat(2, 1, 1), z.repeat(2, 1, 1))
        """
    )


def test_of_any_number_of_axes_one_is_more_or_less() -> None:
    @typed
    def lead(x: Float[Tensor, "*b t d"], y: Float[Tensor, "*b t d"]) -> None: ...

    assert message(lead, f(2, 5, 8), f(2, 1, 5, 8)) == says(
        """
        lead: x fits its annotation with one axis more, or y fits its annotation with one axis less.
        > x: Float[Tensor, "*b t d"]   float32 (2, 5, 8)
        > y: Float[Tensor, "*b t d"]   float32 (2, 1, 5, 8)
        Write: lead(x.unsqueeze(1), y) or lead(x, y.squeeze(1))
        """
    )
    assert message(lead, f(2, 5, 8), f(8)).startswith(
        'lead: y has 1 axis, where "*b t d" has at least 2.'
    )


def test_a_table_of_half_the_width_is_told_by_the_axis() -> None:
    assert message(turn, f(2, 5, 8), f(5, 4), f(5, 8)) == says(
        """
        turn: cos is half as wide as d = 8.
          x:   Float[Tensor, "b t d"]   float32 (2, 5, 8)   d = 8
        > cos: Float[Tensor, "t d"]     float32 (5, 4)      d = 4
          sin: Float[Tensor, "t d"]     float32 (5, 8)      d = 8
        Write: turn(x, torch.cat([cos, cos], dim=-1), sin)
        """
    )


def test_a_table_of_twice_the_width_is_told_however_many_rows_it_has() -> None:
    @typed
    def rotate(x: Float[Tensor, "b t d"], cos: Float[Tensor, "b t d/2"]) -> None: ...

    assert message(rotate, f(2, 11, 8), f(2, 11, 8)).splitlines()[0] == (
        "rotate: cos is twice as wide as d/2 = 4."
    )


def test_what_was_not_split_is_told_by_the_parts() -> None:
    @typed
    def split(x: Float[Tensor, "b t h d"], w: Float[Tensor, "h d"]) -> None: ...

    assert message(split, f(2, 5, 48), f(6, 8)) == says(
        """
        split: x fits its annotation with its last axis split into h and d.
        > x: Float[Tensor, "b t h d"]   float32 (2, 5, 48)
          w: Float[Tensor, "h d"]       float32 (6, 8)       h = 6, d = 8
        Write: split(x.unflatten(-1, (6, -1)), w)
        """
    )


def test_parts_without_a_name_each_are_told_as_two() -> None:
    @typed
    def split(
        x: Float[Tensor, "*b 9"] | Float[Tensor, "h t d"], w: Float[Tensor, "h d e"]
    ) -> None: ...

    assert message(split, f(5, 48), f(6, 8, 3)).splitlines()[0] == (
        "split: x fits its annotation with its last axis split in two."
    )


def test_what_was_not_joined_is_told_as_heads() -> None:
    @typed
    def join(x: Float[Tensor, "b t c"], w: Float[Tensor, " c"]) -> None: ...

    assert message(join, f(2, 6, 5, 8), f(48)) == says(
        """
        join: x fits its annotation with its heads joined.
        > x: Float[Tensor, "b t c"]   float32 (2, 6, 5, 8)
          w: Float[Tensor, "c"]       float32 (48,)          c = 48
        Write: join(x.transpose(1, 2).flatten(2), w)
        """
    )


def test_two_axes_that_should_be_one_are_told_of_one_and_of_several() -> None:
    assert message(loss, f(2, 5, 8), f(10).long(), f(8)).startswith(
        "loss: x fits its annotation with its first two axes joined.\n"
    )
    assert message(loss, f(2, 5, 8), f(2, 5).long(), f(8)) == says(
        """
        loss: x and y fit their annotations with their first two axes joined.
        > x: Float[Tensor, "n c"]   float32 (2, 5, 8)
        > y: Int[Tensor, "n"]       int64 (2, 5)
          w: Float[Tensor, "c"]     float32 (8,)        c = 8
        Write: loss(x.flatten(0, 1), y.flatten(0, 1), w)
        """
    )


@typed
def look(x: Float[Tensor, "b t"], y: Float[Tensor, "b 5"]) -> None: ...


@pytest.mark.parametrize(
    ("left", "right", "told"),
    [
        (f(2, 7).long(), f(2, 7).int(), "; x is int64, which is not Float, or x is int32, which is not Float"),
        (f(7, 2), f(7, 2), "; x fits its annotation with b and t exchanged"),
        (f(7, 2), f(2, 1, 7), '; x fits its annotation with b and t exchanged, or x has 3 axes, where "b t" has 2'),
        (
            f(7, 2).long(), f(7, 2).int(),
            ", and is int64, which is not Float, and fits its annotation with b and t exchanged, "
            "or x is a dict, not a Tensor, and is int32, which is not Float, and fits its annotation with b and t exchanged",
        ),
    ],
    ids=["casts", "one order", "order or axis", "two mistakes each"],
)  # fmt: skip
def test_of_two_ways_what_is_common_is_said_first(left: Tensor, right: Tensor, told: str) -> None:
    first = message(look, {"a": left, "b": right}, f(2, 5)).splitlines()[0]
    assert first == f"look: x is a dict, not a Tensor{told}."
