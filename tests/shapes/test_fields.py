"""A field is Python over the arguments of the call."""

from types import SimpleNamespace

import pytest

from typed_rope.shapes.errors import ShapeSyntaxError, UnboundNameError
from typed_rope.shapes.fields import Field, find_field_end, read_field


def field(text: str) -> Field:
    return read_field(f"h={{{text}}}", (2, len(text) + 4), 2, 7)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("heads", ("heads",)),
        ("self.heads", ("self",)),
        ("len(xs)", ("xs",)),
        ("max(n,m)+n", ("n", "m")),
        ("len", ("len",)),
        ("spec(4)", ("spec",)),
        ('sizes["a"]', ("sizes",)),
        ("sum([x*k for x in xs])", ("k", "xs")),
        ("(lambda x:x+n)(m)", ("n", "m")),
        ("4", ()),
    ],
)
def test_a_field_reads_arguments_and_calls_builtins(text: str, names: tuple[str, ...]) -> None:
    assert field(text).names == names


def test_the_root_of_a_field_is_the_first_argument_that_it_reads() -> None:
    assert field("spec.d*heads").root == "spec"


def test_a_field_knows_its_place_its_root_and_how_it_stands_elsewhere() -> None:
    heads = field("self.heads")
    assert (heads.text, heads.span) == ("self.heads", (0, 12))
    assert (heads.root, heads.identifier, heads.symbol) == ("self", "_field7", "{self.heads}")
    assert field("4").root is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("n", "-2"), ("spec.d//2", "4"), ("len(sizes)", "2"), ("sizes[0]", "3"), ("a", "t+1")],
)
def test_the_value_of_a_field_is_text(text: str, value: str) -> None:
    arguments = {"n": -2, "spec": SimpleNamespace(d=8), "sizes": (3, 5), "a": "t+1"}
    assert field(text).evaluate(arguments) == value


def test_an_argument_hides_a_builtin_of_its_name() -> None:
    assert field("len").evaluate({"len": 5}) == "5"


def test_a_name_that_is_no_argument_is_named() -> None:
    with pytest.raises(UnboundNameError) as error:
        field("self.heads").evaluate({"x": 5})
    assert str(error.value) == "{self.heads} reads self, which is no argument of this call"
    assert error.value.name == "self"


def test_reading_a_field_leaves_the_arguments_alone() -> None:
    arguments: dict[str, object] = {"n": 5}
    field("n").evaluate(arguments)
    assert arguments == {"n": 5}


@pytest.mark.parametrize(
    "text",
    [
        "{n}",
        '{d["a"]}',
        '{d["}"]}',
        '{d["]}"]}',
        '{d["("]}',
        "{f(xs[0])}",
        "{len({1})}",
        "{f(d[(0)])}",
    ],
)
def test_a_field_ends_at_its_own_brace(text: str) -> None:
    assert find_field_end(f"x*{text}*{{y}}", 2, len(text) + 6) == 2 + len(text)


@pytest.mark.parametrize("text", ["{f(}", "{xs[}", "{f({}", '{d["}', "{"])
def test_a_brace_within_open_brackets_or_quotes_closes_no_field(text: str) -> None:
    with pytest.raises(ShapeSyntaxError) as error:
        find_field_end(text, 0, len(text))
    assert (error.value.problem, error.value.span) == ("'{' is never closed", (0, 1))


def test_a_field_ends_before_the_place_that_it_must_not_pass() -> None:
    assert find_field_end("{n}", 0, 3) == 3
    with pytest.raises(ShapeSyntaxError):
        find_field_end("{n}", 0, 2)


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [("d['a']", 2, 'Quote with ".'), ("n#", 1, ""), ("n\\\\", 1, "")],
)
def test_what_cannot_stand_in_braces_is_refused_at_its_place(
    text: str, place: int, hint: str
) -> None:
    with pytest.raises(ShapeSyntaxError) as error:
        field(text)
    at = len("h={") + place
    assert (error.value.span, error.value.hint) == ((at, at + 1), hint)
    assert error.value.problem == f"{text[place]} cannot stand in braces"


EXAMPLE = 'Write an argument of the call in them, such as "{heads}" or "{self.heads}".'


@pytest.mark.parametrize(
    "text",
    [
        "n+",
        "n);(m",
        "\0",
        "\ud800",
        "-" * 10_000 + "n",
        "n" + "+n" * 5_000,
        "(" * 300 + "n" + ")" * 300,
    ],
)
def test_what_is_not_one_expression_of_pythons_is_refused(text: str) -> None:
    with pytest.raises(ShapeSyntaxError) as error:
        field(text)
    assert error.value.problem == f"Python cannot read {text}"
    assert (error.value.span, error.value.hint) == ((3, 3 + len(text)), EXAMPLE)


@pytest.mark.parametrize("text", ["", "  "])
def test_empty_braces_are_refused(text: str) -> None:
    with pytest.raises(ShapeSyntaxError) as error:
        field(text)
    assert error.value.problem == "nothing stands in the braces"
    assert (error.value.span, error.value.hint) == ((2, 4 + len(text)), EXAMPLE)
