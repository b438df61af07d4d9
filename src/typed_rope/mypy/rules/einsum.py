"""Sums over letters: torch's einsum, and the one of einops, which has names instead of letters.

torch.einsum("bhtd,bhsd->bhts", q, k)
einops.einsum(q, k, "b h t d, b h s d -> b h t s")
"""

from collections.abc import Sequence

from typed_rope.mypy.dtypes import Dtypes
from typed_rope.mypy.rules.lettered import DOTS, Letters, Term
from typed_rope.mypy.rules.rule import Known, Refused, Unsure, rule
from typed_rope.mypy.values import Constant, Items, Tensor, Value


@rule("einsum")
def einsum(known: Known, equation: str, *operands: Value) -> Tensor:
    """Multiply tensors and sum over the letters that the result leaves out."""
    if len(operands) == 1 and isinstance(operands[0], Items):
        # A Rest is no tensor, and nothing is told of it below.
        operands = operands[0].values  # type: ignore[assignment] # values, or a Rest
    inputs, arrow, output = equation.replace(" ", "").partition("->")
    terms = [_letters(term) for term in inputs.split(",")]
    written = _letters(output) if arrow else _implied(terms)
    return _summed(known, terms, written, operands)


@rule("einops.einsum")
def named_einsum(known: Known, *tensors_and_pattern: Value) -> Tensor:
    """Multiply tensors and sum over the names that the result leaves out."""
    *operands, pattern = tensors_and_pattern
    if not isinstance(pattern, Constant) or not isinstance(pattern.value, str):
        raise Unsure
    inputs, arrow, output = pattern.value.partition("->")
    if not arrow or set("()") & set(pattern.value):
        raise Unsure
    terms = [term.replace("…", DOTS).split() for term in inputs.split(",")]
    return _summed(known, terms, output.replace("…", DOTS).split(), operands)


def _letters(term: str) -> Term:
    """Split letters.

    Raises: Unsure if there are others than letters.
    """
    before, dots, after = term.partition(DOTS)
    if not all(one.isalpha() for one in (*before, *after)):
        raise Unsure
    return [*before, *([DOTS] if dots else []), *after]


def _implied(terms: Sequence[Term]) -> Term:
    """Tell the result's letters where no arrow is given: those that stand once, in their order."""
    letters = [letter for term in terms for letter in term if letter != DOTS]
    once = sorted(letter for letter in letters if letters.count(letter) == 1)
    return [DOTS, *once] if any(DOTS in term for term in terms) else once


def _summed(
    known: Known, terms: Sequence[Term], written: Term, operands: Sequence[Value]
) -> Tensor:
    if len(terms) != len(operands):
        raise Refused(f"{len(terms)} operands are written, and {len(operands)} given")
    letters = Letters(known.facts)
    for term, operand in zip(terms, operands, strict=True):
        if not isinstance(operand, Tensor) or (operand.dims is None and DOTS in written):
            raise Unsure
        if operand.dims is not None:
            letters.read(term, operand.dims)
    unheard = {letter for letter in written if letter != DOTS} - {x for term in terms for x in term}
    if unheard:
        raise Refused(f"{min(unheard)} is no axis of any operand")
    return Tensor(letters.write(written), _one_dtype(operands))


def _one_dtype(operands: Sequence[Value]) -> Dtypes | None:
    told: Dtypes | None = None
    for operand in operands:
        dtypes = operand.dtypes if isinstance(operand, Tensor) else None
        told = dtypes if told is None or dtypes is None else told & dtypes
    return told or None
