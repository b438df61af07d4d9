"""Every form of axis is read; what is refused says where, why and what to write instead."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jaxtyping import Shaped, jaxtyped

from typed_rope.shapes.axis import Anonymous, Axis, Fixed, Named, Sized, Variadic
from typed_rope.shapes.errors import ShapeSyntaxError
from typed_rope.shapes.grammar import parse

# ------------------------------------------------------------------ what is read


@pytest.mark.parametrize(
    ("text", "axis"),
    [
        ("t", Named("t", (3, 4), "t")),
        ("#t", Named("#t", (3, 5), "t", broadcast=True)),
        ("?t", Named("?t", (3, 5), "t", treepath=True)),
        ("#?t", Named("#?t", (3, 6), "t", broadcast=True, treepath=True)),
        ("None", Named("None", (3, 7), "None")),
        ("q=h", Named("q=h", (3, 6), "h", label="q")),
        ("q=#h", Named("q=#h", (3, 7), "h", broadcast=True, label="q")),
        ("4", Fixed("4", (3, 4), 4)),
        ("0", Fixed("0", (3, 4), 0)),
        ("1_000", Fixed("1_000", (3, 8), 1000)),
        ("#4", Fixed("#4", (3, 5), 4, broadcast=True)),
        ("r=4", Fixed("r=4", (3, 6), 4, label="r")),
        ("#r=4", Fixed("#r=4", (3, 7), 4, broadcast=True, label="r")),
        ("_", Anonymous("_", (3, 4))),
        ("_name", Anonymous("_name", (3, 8), label="name")),
        ("r=_", Anonymous("r=_", (3, 6), label="r")),
        ("?_x", Anonymous("?_x", (3, 6), label="x")),
        ("...", Variadic("...", (3, 6), None)),
        ("*rest", Variadic("*rest", (3, 8), "rest")),
        ("#*rest", Variadic("#*rest", (3, 9), "rest", broadcast=True)),
        ("*#rest", Variadic("*#rest", (3, 9), "rest", broadcast=True)),
        ("?*rest", Variadic("?*rest", (3, 9), "rest", treepath=True)),
        ("*_", Variadic("*_", (3, 5), None)),
        ("_*rest", Variadic("_*rest", (3, 9), None, label="rest")),
        ("x=*rest", Variadic("x=*rest", (3, 10), "rest", label="x")),
        ("x=_*rest", Variadic("x=_*rest", (3, 11), None, label="x")),
        ("x=*_", Variadic("x=*_", (3, 7), None, label="x")),
        ("x=_name", Anonymous("x=_name", (3, 10), label="x")),
    ],
)
def test_names_numbers_and_marks_are_read(text: str, axis: Axis) -> None:
    assert parse(f"b  {text} d").axes[1] == axis


@pytest.mark.parametrize(
    ("text", "expression", "broadcast", "label"),
    [
        ("d/2", "d/2", False, None),
        ("#d/2", "d/2", True, None),
        ("h={heads}", "{heads}", False, "h"),
        ("#h={heads}", "{heads}", True, "h"),
        ("d=c/{self.heads}", "c/{self.heads}", False, "d"),
        ("min(t,w)", "min(t,w)", False, None),
        ("0x10", "0x10", False, None),
        ("{len(xs)}", "{len(xs)}", False, None),
        ('{sizes["a"]}', '{sizes["a"]}', False, None),
        ("{max(n,m)}", "{max(n,m)}", False, None),
        ("{n==2}", "{n==2}", False, None),
    ],
)
def test_computed_sizes_are_read(
    text: str, expression: str, broadcast: bool, label: str | None
) -> None:
    axis = parse(f"b  {text} d").axes[1]
    assert isinstance(axis, Sized)
    assert (axis.text, axis.span) == (text, (3, 3 + len(text)))
    assert (axis.expression.text, axis.broadcast, axis.label) == (expression, broadcast, label)


@pytest.mark.parametrize("text", ["", "  ", "\n\t"])
def test_no_axes_mean_a_scalar(text: str) -> None:
    assert parse(text).axes == ()


def test_line_breaks_and_tabs_separate_axes() -> None:
    assert [axis.text for axis in parse(" b\n\th  t\u2003d ").axes] == ["b", "h", "t", "d"]


# ------------------------------------------------------------------ what is refused

# The messages themselves, each with its text and carets, a blank line between two of them.
MESSAGES = (Path(__file__).with_name("refused.txt").read_text("utf-8")).strip("\n").split("\n\n")


def text_of(message: str) -> str:
    return message.split("\n")[1][4:]


@pytest.mark.parametrize("message", MESSAGES, ids=text_of)
def test_a_text_that_cannot_be_read_is_refused_with_the_place_and_the_way_out(message: str) -> None:
    with pytest.raises(ShapeSyntaxError) as error:
        parse(text_of(message))
    assert str(error.value) == message
    start, end = error.value.span
    assert message.split("\n")[2] == " " * (4 + start) + "^" * (end - start)


@pytest.mark.parametrize("message", [m for m in MESSAGES if m.count("\n") == 3], ids=text_of)
def test_every_axis_that_a_hint_quotes_can_be_read(message: str) -> None:
    for quoted in re.findall(r'"([^"]*)"', message.split("\n")[3]):
        if quoted.strip("*(") and not quoted.endswith("("):
            parse(quoted)


def test_endless_nesting_is_refused() -> None:
    with pytest.raises(ShapeSyntaxError) as error:
        parse("(" * 5000 + "t" + ")" * 5000)
    assert error.value.problem.startswith("Python cannot read ((((")


# ------------------------------------------------------------------ held against jaxtyping

PIECES = ["a", "b", "c", "1", "2", *"#*_?=+-/(){},.<~!'\"[]:;@\\", "...", "if", "==", "**", " "]
garbage = st.lists(st.sampled_from(PIECES), max_size=7).map("".join)


class Duck:
    """All that jaxtyping looks at in a tensor."""

    dtype = "float32"

    def __init__(self, *shape: int) -> None:
        self.shape = shape


@given(garbage)
def test_what_jaxtyping_refuses_is_refused(text: str) -> None:
    try:
        Shaped[Any, text]
    except ValueError:
        with pytest.raises(ShapeSyntaxError):
            parse(text)


# What jaxtyping takes and some size would satisfy, and is refused all the same, as documented.
DOCUMENTED = re.compile(
    r"""^[#*?]+(\w+=)?[#*?]*$       # a mark without a name
    | ^[#*?_]*\w*=[#*?]*$           # a label without a size
    | ^[^=]*\W[^=]*=[^=]*$ | ^[#*?]*=  # a label that is no name
    | ^[#*?]*(\w+=)?[#*?]*\(*[+-]   # a sign in front
    | [.\[\]'"{}] | \bif\b          # attributes, indices, text, braces, keywords
    | \#.                           # a comment
    | [=<>]                         # a comparison
    | , | \(\)                      # a tuple
    """,
    re.VERBOSE,
)


@given(garbage)
def test_what_jaxtyping_takes_is_refused_only_where_no_size_fits_or_as_documented(
    text: str,
) -> None:
    assume(len(text.split()) == 1 and not re.search(r"\*\*.*(\*\*|\d\d)", text))
    try:
        annotation: Any = Shaped[Any, text]
        parse(text)
    except ShapeSyntaxError:
        fitting = [size for size in range(13) if fits(annotation, size)]
        assert not fitting or DOCUMENTED.search(text.strip()), f"{text} fits {fitting}"
    except ValueError:
        pass


def fits(annotation: Any, size: int) -> bool:
    bound: Any = Shaped[Any, "a b c"]
    with jaxtyped("context"):
        assert isinstance(Duck(2, 3, 6), bound)
        try:
            return isinstance(Duck(size), annotation)
        except Exception:  # a name that is not bound, a text that is no Python: nothing fits
            return False


@pytest.mark.parametrize("letter", ["X", "x", "N", "Ü"])
def test_no_letter_is_a_mark(letter: str) -> None:
    assert parse(letter).axes == (Named(letter, (0, 1), letter),)
