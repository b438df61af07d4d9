"""What the language makes are values: they cannot change, and hold nothing beside their fields."""

import dataclasses

import pytest

from typed_rope.shapes import (
    Anonymous,
    Bindings,
    Fixed,
    Named,
    Sized,
    Unbound,
    Variadic,
    match,
    parse,
)
from typed_rope.shapes.expression import read_expression
from typed_rope.shapes.size import Size
from typed_rope.shapes.tokens import Token

SHAPE = parse("b #4 _ *rest d/{n}")
VALUES = [
    SHAPE,
    *SHAPE.axes,
    Size.symbol("d"),
    Token("name", "d", (0, 1)),
    read_expression("d/{n}", 0, 5),
    read_expression("d/{n}", 0, 5).fields[0],
    Bindings(),
    match(SHAPE, ()),
    Unbound(SHAPE, 4, (13, 14), "d"),
]


def _name(value: object) -> str:
    return type(value).__name__


@pytest.mark.parametrize("value", VALUES, ids=_name)
def test_no_field_of_a_value_can_be_given_another(value: object) -> None:
    assert dataclasses.is_dataclass(value)
    for field in dataclasses.fields(value):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, field.name, None)


@pytest.mark.parametrize("value", VALUES, ids=_name)
def test_a_value_has_room_for_its_fields_alone(value: object) -> None:
    with pytest.raises(AttributeError):
        object.__setattr__(value, "comment", "anything")


def test_an_axis_has_no_marks_and_no_label_unless_they_are_given() -> None:
    expression = read_expression("d/2", 0, 3)
    assert Sized("d/2", (0, 3), expression) == parse("d/2").axes[0]
    assert Named("t", (0, 1), "t") == parse("t").axes[0]
    assert Fixed("4", (0, 1), 4) == parse("4").axes[0]
    assert Anonymous("_", (0, 1)) == parse("_").axes[0]
    assert Variadic("*b", (0, 2), "b") == parse("*b").axes[0]


def test_an_expression_is_shown_without_its_tree() -> None:
    assert "ast" not in repr(read_expression("d/2", 0, 3))
