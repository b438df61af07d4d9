"""What a size is worth as a formula: polynomials over axis names, with exact division.

A `Size` is a sum of terms, each a rational coefficient times a product of symbols to whole
powers; a power is negative after dividing by a symbol:

    "h*d"          d*h              "c/{heads}"    c/{heads}
    "(t+1)*2-2"    2*t              "h*d/h"        d
    "d/2"          d/2              "t/(s+1)"      None: s+1 does not divide t

Two sizes are equal when they are the same formula, however they were written. Divisors are taken
to be other than zero, as in every formula. What is no such formula (`min(t,w)`, `d//2`) has no
`Size`: it is opaque, and its users write `None`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from typed_rope.shapes.errors import UnboundNameError

Monomial = tuple[tuple[str, int], ...]
"""Symbols with their powers, sorted by symbol; no power is zero."""

# A longer quotient helps nobody, and (x**1000000-1)/(x-1) must not take forever.
_LONGEST_QUOTIENT = 256


@dataclass(frozen=True, slots=True)
class Size:
    """A polynomial; build it from `Size.of` and `Size.symbol` with + - * / and **."""

    terms: tuple[tuple[Monomial, Fraction], ...]

    @staticmethod
    def of(value: "int | Fraction | Size") -> "Size":
        """Read a number as a size; a size is returned as it is."""
        return value if isinstance(value, Size) else _collect([((), Fraction(value))])

    @staticmethod
    def symbol(name: str) -> "Size":
        """Name an unknown size, as an axis does; a field's name keeps its braces."""
        return Size(((((name, 1),), Fraction(1)),))

    def __add__(self, other: "Size | int") -> "Size":
        """Add, term by term."""
        return _collect([*self.terms, *Size.of(other).terms])

    def __radd__(self, other: int) -> "Size":
        """Add to a number."""
        return self + other

    def __neg__(self) -> "Size":
        """Turn every sign."""
        return Size(tuple((monomial, -coefficient) for monomial, coefficient in self.terms))

    def __sub__(self, other: "Size | int") -> "Size":
        """Subtract, term by term."""
        return self + -Size.of(other)

    def __rsub__(self, other: int) -> "Size":
        """Subtract from a number."""
        return -self + other

    def __mul__(self, other: "Size | int") -> "Size":
        """Multiply every term with every term."""
        return _collect(
            (_product(left, right), a * b)
            for left, a in self.terms
            for right, b in Size.of(other).terms
        )

    def __rmul__(self, other: int) -> "Size":
        """Multiply a number."""
        return self * other

    def __pow__(self, power: int) -> "Size | None":
        """Raise to a whole power; None where a sum or zero would stand below the line."""
        if power < 0:
            inverse = 1 / self
            return None if inverse is None else inverse**-power
        if len(self.terms) == 1:
            monomial, coefficient = self.terms[0]
            raised = tuple((symbol, each * power) for symbol, each in monomial if power)
            return Size(((raised, coefficient**power),))
        result = Size.of(1)
        for _ in range(power):
            result = result * self
        return result

    def __truediv__(self, other: "Size | int") -> "Size | None":
        """Divide exactly; None where the quotient is no polynomial, or the divisor is zero."""
        divisor = Size.of(other)
        if len(divisor.terms) == 1:
            monomial, coefficient = divisor.terms[0]
            return self * Size(((_flip(monomial), 1 / coefficient),))
        return _long_division(self, divisor) if divisor.terms else None

    def __rtruediv__(self, other: int) -> "Size | None":
        """Divide a number."""
        return Size.of(other) / self

    def __floordiv__(self, other: "Size | int") -> "Size | None":
        """Divide where nothing is lost for any whole sizes, as in `2*d // 2`; None elsewhere."""
        quotient = self / other
        return quotient if quotient is not None and quotient._always_whole() else None

    def symbols(self) -> frozenset[str]:
        """Name the unknowns."""
        return frozenset(symbol for monomial, _ in self.terms for symbol, _ in monomial)

    def constant(self) -> Fraction | None:
        """Tell the number that it is; None where it has symbols."""
        if not self.terms:
            return Fraction(0)
        return self.terms[0][1] if not self.symbols() else None

    def substitute(self, values: Mapping[str, "Size | int"]) -> "Size | None":
        """Put sizes for symbols, all at once; None where a division is then no longer exact."""
        above, below = self._fraction()
        return _replace(above, values) / _replace(below, values)

    def evaluate(self, values: Mapping[str, int]) -> int | None:
        """Compute the size; None where it is not a whole number, or a divisor is zero.

        Raises: UnboundNameError if a symbol has no value.
        """
        missing = sorted(self.symbols() - values.keys())
        if missing:
            message = f"{self} reads {missing[0]}, which has no size"
            raise UnboundNameError(message, name=missing[0])
        result = self.substitute({symbol: values[symbol] for symbol in self.symbols()})
        number = None if result is None else result.constant()
        return number.numerator if number is not None and number.denominator == 1 else None

    def __str__(self) -> str:
        """Write it as an axis: terms of high degree first, and a positive one in front."""
        if not self.terms:
            return "0"
        written = sorted(self.terms, key=lambda term: term[1] < 0)
        signs = ("-" if coefficient < 0 else "+" for _, coefficient in written)
        return "".join(
            sign + _write(*term) for sign, term in zip(signs, written, strict=True)
        ).removeprefix("+")

    def _always_whole(self) -> bool:
        return all(
            coefficient.denominator == 1 and all(power > 0 for _, power in monomial)
            for monomial, coefficient in self.terms
        )

    def _fraction(self) -> "tuple[Size, Size]":
        below = tuple((symbol, -power) for symbol, power in _common(self) if power < 0)
        denominator = Size(((below, Fraction(1)),))
        return self * denominator, denominator


def _collect(terms: Iterable[tuple[Monomial, Fraction]]) -> Size:
    total: dict[Monomial, Fraction] = {}
    for monomial, coefficient in terms:
        total[monomial] = total.get(monomial, Fraction(0)) + coefficient
    kept = ((monomial, coefficient) for monomial, coefficient in total.items() if coefficient)
    return Size(tuple(sorted(kept, key=lambda term: (-sum(p for _, p in term[0]), term[0]))))


def _product(left: Monomial, right: Monomial) -> Monomial:
    powers = dict(left)
    for symbol, power in right:
        powers[symbol] = powers.get(symbol, 0) + power
    return tuple(sorted((symbol, power) for symbol, power in powers.items() if power))


def _flip(monomial: Monomial) -> Monomial:
    return tuple((symbol, -power) for symbol, power in monomial)


def _common(size: Size) -> Monomial:
    """Find the largest monomial that leaves no negative power when it is divided out."""
    monomials = [dict(monomial) for monomial, _ in size.terms]
    least = {s: min(monomial.get(s, 0) for monomial in monomials) for s in sorted(size.symbols())}
    return tuple((symbol, power) for symbol, power in least.items() if power)


def _long_division(dividend: Size, divisor: Size) -> Size | None:
    # A single term divides everything; what is left takes the long division of polynomials.
    up, down = _common(dividend), _common(divisor)
    rest = dividend * Size(((_flip(up), Fraction(1)),))
    divisor = divisor * Size(((_flip(down), Fraction(1)),))
    symbols = sorted(rest.symbols() | divisor.symbols())
    quotient, leader = Size(()), _leader(divisor, symbols)
    for _ in range(_LONGEST_QUOTIENT):
        if not rest.terms:
            return quotient * Size(((_product(up, _flip(down)), Fraction(1)),))
        step = _leader(rest, symbols) / leader
        if step is None or any(power < 0 for _, power in step.terms[0][0]):
            return None
        quotient, rest = quotient + step, rest - step * divisor
    return None


def _leader(size: Size, symbols: list[str]) -> Size:
    def powers(term: tuple[Monomial, Fraction]) -> list[int]:
        return [dict(term[0]).get(symbol, 0) for symbol in symbols]

    return Size((max(size.terms, key=powers),))


def _replace(size: Size, values: Mapping[str, Size | int]) -> Size:
    total = Size(())
    for monomial, coefficient in size.terms:
        product = Size((((), coefficient),))
        for symbol, power in monomial:
            factor = Size.of(values[symbol]) if symbol in values else Size.symbol(symbol)
            product = product * (factor**power or Size(()))  # powers are positive: never None
        total = total + product
    return total


def _write(monomial: Monomial, coefficient: Fraction) -> str:
    above = [_power(symbol, power) for symbol, power in monomial if power > 0]
    below = [_power(symbol, -power) for symbol, power in monomial if power < 0]
    if abs(coefficient.numerator) != 1 or not above:
        above.insert(0, str(abs(coefficient.numerator)))
    if coefficient.denominator != 1:
        below.insert(0, str(coefficient.denominator))
    quotient = f"/({'*'.join(below)})" if len(below) > 1 else "".join(f"/{one}" for one in below)
    return "*".join(above) + quotient


def _power(symbol: str, power: int) -> str:
    return symbol if power == 1 else f"{symbol}**{power}"
