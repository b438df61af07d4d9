"""Sizes are a commutative ring with exact division; their text reads back to them."""

import pickle
from fractions import Fraction
from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from typed_rope.shapes.errors import UnboundNameError
from typed_rope.shapes.grammar import parse
from typed_rope.shapes.size import Size

SYMBOLS = ["c", "d", "h", "{n}"]
B, C, D, H, T = (Size.symbol(name) for name in "bcdht")
HEADS = Size.symbol("{self.heads}")

coefficients = st.sampled_from([Fraction(n, m) for n in (-3, -2, -1, 1, 2, 3) for m in (1, 2, 3)])
monomials = st.sampled_from(
    [Size.of(1)]
    + [Size.symbol(name) for name in SYMBOLS]
    + [Size.symbol(a) * Size.symbol(b) for a, b in combinations_with_replacement(SYMBOLS, 2)]
)
terms = st.builds(
    lambda coefficient, monomial: monomial * Size.of(coefficient), coefficients, monomials
)
sizes = st.lists(terms, max_size=4).map(lambda drawn: sum(drawn, Size.of(0)))
nonzero = sizes.filter(lambda size: bool(size.terms))
fractions = st.builds(lambda above, below: above / below, sizes, terms)
values = st.fixed_dictionaries({name: st.integers(1, 30) for name in SYMBOLS})


def read(text: str) -> Size:
    size = parse(text).axes[0].formula
    assert size is not None
    return size


def number(size: Size, at: dict[str, int]) -> Fraction:
    """Evaluate term by term in rational numbers: the meaning that the algebra must keep."""
    total = Fraction(0)
    for monomial, coefficient in size.terms:
        for symbol, power in monomial:
            coefficient *= Fraction(at[symbol]) ** power
        total += coefficient
    return total


# ------------------------------------------------------------------ laws


@given(sizes, sizes, values)
def test_sum_difference_and_product_commute_with_evaluation(
    left: Size, right: Size, at: dict[str, int]
) -> None:
    assert number(left + right, at) == number(left, at) + number(right, at)
    assert number(left - right, at) == number(left, at) - number(right, at)
    assert number(left * right, at) == number(left, at) * number(right, at)


@given(sizes, sizes, sizes)
def test_equal_formulas_are_equal_however_they_were_written(a: Size, b: Size, c: Size) -> None:
    assert (a + b) * c == b * c + a * c
    assert (a + b) + c == a + (c + b)
    assert (a * b) * c == a * (c * b)
    assert a - b + b == a
    assert hash(a * b) == hash(b * a)


@given(sizes, nonzero)
def test_division_undoes_multiplication(left: Size, right: Size) -> None:
    assert (left * right) / right == left


@given(sizes, nonzero)
def test_a_quotient_times_its_divisor_is_the_dividend(left: Size, right: Size) -> None:
    quotient = left / right
    assert quotient is None or quotient * right == left


@given(sizes, values)
def test_evaluate_is_the_whole_number_or_none(size: Size, at: dict[str, int]) -> None:
    truth = number(size, at)
    assert size.evaluate(at) == (truth.numerator if truth.denominator == 1 else None)


@given(sizes, sizes, values)
def test_substitution_commutes_with_evaluation(size: Size, other: Size, at: dict[str, int]) -> None:
    replaced = size.substitute({"d": other})
    inner = number(other, at)
    if replaced is not None and inner.denominator == 1:
        assert number(replaced, at) == number(size, {**at, "d": inner.numerator})


@given(nonzero, nonzero)
def test_floor_division_is_exact_for_all_whole_sizes_or_none(left: Size, right: Size) -> None:
    quotient = left // right
    if quotient is not None:
        assert quotient == left / right
        at = {"c": 2, "d": 3, "h": 5, "{n}": 7}
        assert number(quotient, at).denominator == 1


@given(fractions)
def test_the_text_of_a_size_reads_back_to_it(size: Size) -> None:
    if any(coefficient > 0 for _, coefficient in size.terms):
        axis = parse(str(size)).axes[0]
        assert axis.formula == size


@given(sizes)
def test_a_pickled_size_is_equal(size: Size) -> None:
    assert pickle.loads(pickle.dumps(size)) == size


# ------------------------------------------------------------------ cases


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (Size.of(0), "0"),
        (Size.of(12), "12"),
        (H * D / H, "d"),
        (T + 1 - 1, "t"),
        (1 + T, "t+1"),
        (2 * T, "2*t"),
        (1 - T, "1-t"),
        (T - D, "t-d"),
        (-D, "-d"),
        (D / 2, "d/2"),
        (3 * D / 2, "3*d/2"),
        (C / HEADS, "c/{self.heads}"),
        (C / (2 * H * D), "c/(2*d*h)"),
        (1 / D, "1/d"),
        (D**2, "d**2"),
        (D**-1, "1/d"),
        (D**0, "1"),
        ((D + 1) ** 2, "d**2+2*d+1"),
        ((T * T - 1) / (T + 1), "t-1"),
        ((H * T + T) / (T * H * H + T * H), "1/h"),
        (D * H + B * C, "b*c+d*h"),
        ((2 * D) // 2, "d"),
    ],
)
def test_a_size_is_written_as_an_axis(size: Size | None, text: str) -> None:
    assert str(size) == text


@pytest.mark.parametrize(
    "quotient",
    [T / (T + 1), (T + 2) / (T + 1), T / (T - T), T / 0, D // 2, C // H, (D + 1) ** -1],
)
def test_what_is_no_polynomial_is_none(quotient: Size | None) -> None:
    assert quotient is None


def test_a_quotient_of_too_many_terms_is_none() -> None:
    top = D**1_000_000
    assert top is not None
    assert (top - 1) / (D - 1) is None


def test_a_quotient_has_at_most_255_terms() -> None:
    short, long = D**255, D**256
    assert short is not None
    assert long is not None
    quotient = (short - 1) / (D - 1)
    assert quotient is not None
    assert len(quotient.terms) == 255
    assert (long - 1) / (D - 1) is None


def test_substitution_is_simultaneous() -> None:
    assert (H - 2 * D).substitute({"h": D, "d": H}) == D - 2 * H


def test_substitution_makes_a_division_exact() -> None:
    assert read("c/h+1").substitute({"c": (B + 1) * D, "h": B + 1}) == D + 1


def test_substitution_that_is_not_exact_is_none() -> None:
    assert read("c/h").substitute({"h": B + 1}) is None


@pytest.mark.parametrize("heads", [0, 4])
def test_a_size_that_is_not_whole_evaluates_to_none(heads: int) -> None:
    assert read("c/{self.heads}").evaluate({"c": 6, "{self.heads}": heads}) is None


def test_evaluate_names_the_symbol_without_a_size() -> None:
    with pytest.raises(UnboundNameError) as error:
        read("c/{self.heads}").evaluate({"c": 6})
    assert str(error.value) == "c/{self.heads} reads {self.heads}, which has no size"
    assert error.value.name == "{self.heads}"


def test_evaluate_names_the_first_of_several_symbols_without_a_size() -> None:
    with pytest.raises(UnboundNameError) as error:
        read("h*c*d").evaluate({"d": 8})
    assert str(error.value) == "c*d*h reads c, which has no size"
    assert error.value.name == "c"


def test_symbols_and_constant_tell_what_is_unknown() -> None:
    assert read("c/{self.heads}+3").symbols() == {"c", "{self.heads}"}
    assert read("c/{self.heads}+3").constant() is None
    assert (Size.of(Fraction(5, 2)) + T - T).constant() == Fraction(5, 2)
    assert (T - T).constant() == 0
