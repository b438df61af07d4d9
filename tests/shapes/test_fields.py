"""A field is Python over the arguments of the call."""

from types import SimpleNamespace

import pytest

from typed_rope.shapes.errors import UnboundNameError
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
    "text", ["{n}", '{d["a"]}', '{d["}"]}', "{f(xs[0])}", "{len({1})}", "{f(d[(0)])}"]
)
def test_a_field_ends_at_its_own_brace(text: str) -> None:
    assert find_field_end(f"x*{text}*{{y}}", 2, len(text) + 6) == 2 + len(text)
