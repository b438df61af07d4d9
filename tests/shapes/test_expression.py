"""An expression knows what it reads, and is evaluated as jaxtyping evaluates it."""

import ast

import pytest

from typed_rope.shapes.errors import UnboundNameError
from typed_rope.shapes.expression import Expression, read_expression


def read(text: str) -> Expression:
    return read_expression(f"b x={text} d", 4, 4 + len(text))


@pytest.mark.parametrize(
    ("text", "names", "fields"),
    [
        ("d/2", {"d"}, []),
        ("min(t,w)+t", {"t", "w"}, []),
        ("min*2", {"min"}, []),
        ("{n}", set(), ["{n}"]),
        ("c/{heads}+{len(xs)}*d", {"c", "d"}, ["{heads}", "{len(xs)}"]),
        ("max((t,d))", {"t", "d"}, []),
        ("5/2", set(), []),
    ],
)
def test_an_expression_knows_the_axes_and_the_fields_that_it_reads(
    text: str, names: set[str], fields: list[str]
) -> None:
    expression = read(text)
    assert expression.text == text
    assert expression.names == names
    assert [text[slice(*field.span)] for field in expression.fields] == fields
    assert [field.symbol for field in expression.fields] == fields


def test_fields_stand_in_the_tree_under_reserved_names() -> None:
    expression = read("c/{heads}+{len(xs)}*d")
    assert ast.unparse(expression.tree) == "c / _field0 + _field1 * d"
    assert [field.identifier for field in expression.fields] == ["_field0", "_field1"]


@pytest.mark.parametrize(
    ("text", "size"),
    [("c/{heads}*2", "2*c/{heads}"), ("(t+1)*2-2", "2*t"), ("min(t,w)", "None")],
)
def test_an_expression_has_a_formula_where_it_is_a_polynomial(text: str, size: str) -> None:
    assert str(read(text).size) == size


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("d/2", 4.0),
        ("d//3", 2),
        ("min(t,d)", 5),
        ("{n}*d", -24),
        ("{n}**2", -9),
        ("{text}*2", 6),
        ("{t}*d", 56),
        ("({ratio})*d", 2.0),
    ],
)
def test_values_are_pasted_as_text_and_axes_are_looked_up(text: str, value: float) -> None:
    arguments = {"n": -3, "text": "t+0.5", "t": 7, "ratio": 0.25}
    assert read(text).evaluate({"t": 5, "d": 8}, arguments) == value


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("d/2", "d", "d/2 reads d, which is not bound"),
        ("{n}+t", "n", "{n} reads n, which is no argument of this call"),
        ("{text}*2", "w", "{text}*2 reads w, which is not bound"),
    ],
)
def test_a_name_without_a_value_is_named(text: str, name: str, message: str) -> None:
    with pytest.raises(UnboundNameError) as error:
        read(text).evaluate({"t": 5}, {"text": "w"})
    assert str(error.value) == message
    assert error.value.name == name


def test_a_value_that_is_no_number_is_refused() -> None:
    with pytest.raises(TypeError) as error:
        read("{heads}").evaluate({}, {"heads": None})
    assert str(error.value) == "{heads} is None, which is no number"


@pytest.mark.parametrize(
    ("text", "error"),
    [("t/(d-w)", ZeroDivisionError), ("{n.x}+t", AttributeError), ("t+{n}", SyntaxError)],
)
def test_what_the_code_raises_comes_through(text: str, error: type[Exception]) -> None:
    expression = read(text)
    with pytest.raises(error):
        expression.evaluate({"t": 5, "d": 8, "w": 8}, {"n": "+"})


@pytest.mark.parametrize(
    ("text", "name", "place"),
    [
        ("d/2", "d", (0, 1)),
        ("{d}+dd*d", "d", (7, 8)),
        ("min(t,w)", "w", (6, 7)),
        ("t", "x", (0, 1)),
    ],
)
def test_an_expression_finds_where_it_reads_a_name(
    text: str, name: str, place: tuple[int, int]
) -> None:
    assert read(text).where(name) == place
