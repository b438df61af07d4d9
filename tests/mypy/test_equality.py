"""When two sizes are the same, can never be equal, or may be."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from typed_rope.mypy.equality import Verdict, compare
from typed_rope.shapes import Size, parse

KNOWN: list[tuple[str, str, Verdict]] = [
    ("t", "t", "same"),
    ("h*d", "d*h", "same"),
    ("t", "s", "never"),
    ("b*t", "b*s", "never"),
    ("t", "t+1", "never"),
    ("p+t", "p", "never"),
    ("d/2", "d", "never"),
    ("8", "16", "never"),
    ("s*{n}", "s", "never"),
    ("t+{n}", "t", "never"),
    ("h*d", "c", "unknown"),
    ("p+t", "m", "unknown"),
    ("t-1", "s", "unknown"),
    ("d/2", "e", "unknown"),
    ("t", "{n}", "unknown"),
    ("{m}", "{n}", "unknown"),
    ("c", "768", "unknown"),
    ("c", "1", "unknown"),
]


def size(text: str) -> Size:
    formula = parse(text).axes[0].formula
    assert formula is not None
    return formula


@pytest.mark.parametrize(("left", "right", "verdict"), KNOWN)
def test_sizes_compare_alike_in_both_orders(left: str, right: str, verdict: Verdict) -> None:
    assert compare(size(left), size(right), {}) == verdict
    assert compare(size(right), size(left), {}) == verdict


def test_what_was_asserted_counts() -> None:
    facts = {"t": size("s"), "s": size("n+1")}
    assert compare(size("t"), size("n+1"), facts) == "same"
    assert compare(size("t"), size("n"), facts) == "never"


def test_what_is_unknown_is_the_same_as_itself_only() -> None:
    unknown = Size.symbol("?n.12")
    assert compare(unknown, unknown, {}) == "same"
    assert compare(unknown, unknown + 1, {}) == "unknown"
    assert compare(None, None, {}) == "unknown"


TERMS = st.lists(
    st.tuples(st.sampled_from(["b", "t", "s", "{n}", "d", "1"]), st.sampled_from("*/+-")),
    min_size=1,
    max_size=4,
)
SIZES = {"b": 2, "t": 7, "s": 11, "{n}": 3, "d": 60}


def drawn(terms: list[tuple[str, str]]) -> Size | None:
    total: Size | None = Size.of(1)
    for text, operator in terms:
        one = size(text)
        if total is not None:
            match operator:
                case "*":
                    total = total * one
                case "/":
                    total = total / one
                case "+":
                    total = total + one
                case _:
                    total = total - one
    return total


def value(one: Size) -> Fraction:
    total = Fraction(0)
    for monomial, coefficient in one.terms:
        product = coefficient
        for symbol, power in monomial:
            product *= Fraction(SIZES[symbol]) ** power
        total += product
    return total


@given(TERMS, TERMS)
def test_a_verdict_holds_for_distinct_sizes(
    left: list[tuple[str, str]], right: list[tuple[str, str]]
) -> None:
    one, other = drawn(left), drawn(right)
    verdict = compare(one, other, {})
    if one is not None and other is not None and verdict == "same":
        assert value(one) == value(other)
    if one is not None and other is not None and verdict == "never":
        assert value(one) != value(other) or value(one) <= 0
