"""A shape tells what it binds, and each axis its size as a formula."""

import copy
import pickle

import pytest

from typed_rope.shapes.grammar import parse
from typed_rope.shapes.size import Size


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("t", "t"),
        ("#t", "t"),
        ("q=h", "h"),
        ("4", "4"),
        ("r=4", "4"),
        ("d/2", "d/2"),
        ("h={self.heads}*2", "2*{self.heads}"),
        ("min(t,w)", "None"),
        ("_", "None"),
        ("*b", "None"),
        ("...", "None"),
        ("?t", "None"),
    ],
)
def test_an_axis_tells_its_size_as_a_formula(text: str, formula: str) -> None:
    assert str(parse(text).axes[0].formula) == formula


def test_a_shape_tells_the_names_that_it_binds_in_order_and_once() -> None:
    shape = parse("#h q=t _w r=4 h ?p d/2 *rest c")
    assert shape.names == ("h", "t", "c")
    assert (shape.variadic, shape.variadic_name) == (7, "rest")


@pytest.mark.parametrize(
    ("text", "variadic", "name"), [("b t", None, None), ("... t", 0, None), ("b *_ t", 1, None)]
)
def test_a_variadic_axis_may_be_absent_or_nameless(
    text: str, variadic: int | None, name: str | None
) -> None:
    assert (parse(text).variadic, parse(text).variadic_name) == (variadic, name)


def test_a_computed_axis_tells_where_its_expression_begins() -> None:
    shape = parse("b  #x={n}+d")
    axis = shape.axes[1]
    assert getattr(axis, "start", None) == shape.text.index("{n}")


def test_shapes_of_one_text_are_equal_and_stay_so_when_copied() -> None:
    shape = parse("b h={heads} min(t,w) *rest d/2")
    assert shape == parse("b h={heads} min(t,w) *rest d/2")
    assert shape != parse("b h={heads} min(t,w) *rest d/3")
    assert hash(shape) == hash(parse(shape.text))
    assert pickle.loads(pickle.dumps(shape)) == shape
    assert copy.deepcopy(shape) == shape


def test_equal_sizes_are_equal_across_axes() -> None:
    assert parse("h*d/h").axes[0].formula == parse("d").axes[0].formula == Size.symbol("d")
