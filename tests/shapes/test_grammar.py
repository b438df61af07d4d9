"""Every form of axis is read; what is refused says where, why and what to write instead."""

import re
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

REFUSED = r"""
cannot read the axes "b h t (d": '(' is never closed
    b h t (d
          ^

cannot read the axes "b h) t": ')' closes nothing
    b h) t
       ^

cannot read the axes "t + 1": nothing stands behind '+'
    t + 1
      ^
Write "t+1", without spaces.

cannot read the axes "t +1": an axis has a size, and no sign
    t +1
      ^^
Write "t+1", without spaces.

cannot read the axes "b t -1": an axis has a size, and no sign
    b t -1
        ^^
Write "t-1", without spaces.

cannot read the axes "t +": nothing stands behind '+'
    t +
      ^

cannot read the axes "h * d": '*' needs a name behind it
    h * d
      ^
Write "h*d", without spaces.

cannot read the axes "b (h d)": '(' is never closed
    b (h d)
      ^
Write "(h*d)", without spaces.

cannot read the axes "min(t, w)": '(' is never closed
    min(t, w)
       ^
Write "min(t,w)", without spaces.

cannot read the axes "min(t,w) b,h t": axes are separated by spaces, not commas
    min(t,w) b,h t
              ^
Write "b h".

cannot read the axes "b {xs[0,1]}": axes are separated by spaces, not commas
    b {xs[0,1]}
           ^
In braces, a comma needs round brackets around it: "{sizes[(0,1)]}".

cannot read the axes "#": '#' needs a name behind it
    #
    ^

cannot read the axes "b *": '*' needs a name behind it
    b *
      ^

cannot read the axes "?": '?' needs a name behind it
    ?
    ^

cannot read the axes "*a b ...": a shape gathers axes once, and *a does already
    *a b ...
         ^^^

cannot read the axes "##t": '#' stands here twice
    ##t
     ^
Write it once.

cannot read the axes "b *4": '*' gathers axes under a name, and 4 is a number
    b *4
      ^
Write "4".

cannot read the axes "#_": an anonymous axis fits every size, and '#' adds nothing
    #_
    ^
Write "_".

cannot read the axes "_4": '_' makes a name anonymous, and 4 is a number
    _4
    ^
Write "4".

cannot read the axes "?4": '?' gives a name its own size in each leaf of a PyTree, and 4 is a number
    ?4
    ^
Write "4".

cannot read the axes "_d+1": '_' makes a name anonymous, and d+1 is an expression
    _d+1
    ^
Write "d+1".

cannot read the axes "x=*d+1": '*' gathers axes under a name, and d+1 is an expression
    x=*d+1
      ^
Write "d+1".

cannot read the axes "t#": '#' stands in front of an axis
    t#
     ^
Write "#t".

cannot read the axes "4=#": '#' stands in front of an axis
    4=#
      ^

cannot read the axes "x...": '...' stands alone
    x...
     ^^^
Write "..." for any axes, "*b" for any axes with a name.

cannot read the axes "h=...": '...' stands alone
    h=...
      ^^^
Write "..." for any axes, "*b" for any axes with a name.

cannot read the axes "t(d)": t is an axis, and no function of Python's own
    t(d)
    ^
Write "t*(" to multiply.

cannot read the axes "b 2d": an operator is missing between 2 and d
    b 2d
      ^^
Write "*" between them to multiply.

cannot read the axes "d{i}": an operator is missing between d and {i}
    d{i}
    ^^^^
Write "*" between them to multiply.

cannot read the axes "(t)(d)": an operator is missing between ) and (
    (t)(d)
      ^^
Write "*" between them to multiply.

cannot read the axes "t~d": an operator is missing between t and ~
    t~d
    ^^
Write "*" between them to multiply.

cannot read the axes "self.heads": an axis has no attributes
    self.heads
    ^^^^^^^^^^
Write "{self.heads}" for a value of the call's arguments.

cannot read the axes "t+self.heads*2": an axis has no attributes
    t+self.heads*2
      ^^^^^^^^^^
Write "{self.heads}" for a value of the call's arguments.

cannot read the axes "t[0]": t cannot be indexed
    t[0]
    ^^
Write "{sizes[0]}" for a value of the call's arguments.

cannot read the axes "t [0]": a size is one number, not several
    t [0]
      ^^^
Separate axes by spaces.

cannot read the axes "4=d": 4 in front of '=' is no name
    4=d
    ^^
Write name=size, such as "h=4".

cannot read the axes "=4": '=' needs a name before it
    =4
    ^
Write name=size, such as "h=4".

cannot read the axes "h=": no size stands behind 'h='
    h=
    ^^
Write "h" or "h=4".

cannot read the axes "h==4": a size is a number, not a comparison
    h==4
    ^^^^

cannot read the axes "h=4=d": '=' stands here twice
    h=4=d
     ^
Write name=size, such as "h=4".

cannot read the axes "h<=4": a size is a number, not a comparison
    h<=4
    ^^^

cannot read the axes "b t/0": it divides by zero
    b t/0
      ^^^

cannot read the axes "-1": an axis has a size, and no sign
    -1
    ^^
Write "_" for an axis of any size.

cannot read the axes "-d": an axis has a size, and no sign
    -d
    ^^
Write "_" for an axis of any size.

cannot read the axes "+4": an axis has a size, and no sign
    +4
    ^^
Write "4".

cannot read the axes "b {x": '{' is never closed
    b {x
      ^

cannot read the axes "b x}": '}' closes nothing
    b x}
       ^

cannot read the axes "{{x}}": '{{' is a brace as text, and no size holds one
    {{x}}
    ^^

cannot read the axes "b {}": nothing stands in the braces
    b {}
      ^^
Write an argument of the call in them, such as "{heads}" or "{self.heads}".

cannot read the axes "{x!r}": Python cannot read x!r
    {x!r}
     ^^^
Write an argument of the call in them, such as "{heads}" or "{self.heads}".

cannot read the axes "{d['a']}": ' cannot stand in braces
    {d['a']}
       ^
Quote with ".

cannot read the axes "{x\n}": \ cannot stand in braces
    {x\n}
      ^

cannot read the axes "a'b": ' means nothing in an axis
    a'b
     ^

cannot read the axes "d#2": '#' stands in front of an axis, not in an expression
    d#2
     ^

cannot read the axes "d?+2": '?' stands in front of an axis, not in an expression
    d?+2
     ^

cannot read the axes "d@2": @ means nothing in an axis
    d@2
     ^

cannot read the axes "(t,d)": a size is one number, not several
    (t,d)
    ^^^^^
Separate axes by spaces.

cannot read the axes "[t]": a size is one number, not several
    [t]
    ^^^
Separate axes by spaces.

cannot read the axes "d+_x": _x is anonymous, and has no size to compute with
    d+_x
      ^^
Leave out the '_', here and where the axis stands alone.

cannot read the axes "d+if": 'if' is a word of Python's own, and no axis
    d+if
      ^^

cannot read the axes "d+012": Python cannot read d+012
    d+012
    ^^^^^

cannot read the axes "f(t,": '(' is never closed
    f(t,
     ^

cannot read the axes "t+*d": nothing stands behind '+'
    t+*d
     ^

cannot read the axes "/t": nothing stands in front of '/'
    /t
    ^

cannot read the axes "min(,t)": nothing stands in front of ','
    min(,t)
        ^

cannot read the axes "t**": nothing stands behind '**'
    t**
     ^^

cannot read the axes ".": . means nothing in an axis
    .
    ^
"""

MESSAGES = REFUSED.strip("\n").split("\n\n")


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
