"""Losses: what is predicted meets what was wanted, and all of it becomes one number.

cross_entropy("n v", "n" labels)        ""
cross_entropy("b v t", "b t" labels)    ""    classes are the second axis
mse_loss("b c", "b c")                  ""
reduction="none"                        one number for each
"""

from typed_rope.mypy.dtypes import FLOAT, INTEGER, Dtypes
from typed_rope.mypy.equality import Facts, compare_axes
from typed_rope.mypy.rules.broadcast import broadcast
from typed_rope.mypy.rules.dims import ranked, shape
from typed_rope.mypy.rules.rule import Known, Refused, Shaped, Unsure, rule
from typed_rope.mypy.values import Axis, Dims, Tensor, Value


def _reduced(dims: Dims, reduction: str, dtypes: Dtypes | None) -> Tensor:
    if reduction == "none":
        return Tensor(dims, dtypes)
    if reduction not in ("mean", "sum", "batchmean"):
        raise Unsure
    return Tensor((), dtypes)


@rule("cross_entropy")
def cross_entropy(
    known: Known,
    input: Shaped,
    target: Shaped,
    weight: Value | None = None,
    *,
    ignore_index: Value | None = None,
    reduction: str = "mean",
    label_smoothing: Value | None = None,
) -> Tensor:
    """Compare scores of classes with the right classes, or with a probability for each."""
    scores, wanted = ranked(input.dims), ranked(target.dims)
    if scores and len(scores) == len(wanted):
        if target.tensor.dtypes is not None and target.tensor.dtypes <= INTEGER:
            both = f"classes {shape(wanted)} have as many axes as their scores {shape(scores)}"
            raise Refused(both)
        _hold_equal(scores, wanted, known.facts, "")
        kept = (*scores[:1], *scores[2:]) if len(scores) > 1 else ()
        return _reduced(kept, reduction, input.tensor.dtypes)
    return _of_classes(input, target, reduction, known.facts)


@rule("nll_loss")
def nll_loss(
    known: Known,
    input: Shaped,
    target: Shaped,
    weight: Value | None = None,
    *,
    ignore_index: Value | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Compare logarithms of probabilities with the right classes."""
    return _of_classes(input, target, reduction, known.facts)


def _of_classes(input: Shaped, target: Shaped, reduction: str, facts: Facts) -> Tensor:
    scores, wanted = ranked(input.dims), ranked(target.dims)
    if not scores:
        raise Unsure
    if target.tensor.dtypes is not None and target.tensor.dtypes <= FLOAT:
        raise Refused("classes are whole numbers, and these are floats")
    classes = min(1, len(scores) - 1)
    kept = (*scores[:classes], *scores[classes + 1 :])
    told = f"; the classes are {scores[classes]}, axis {classes} of {shape(scores)}"
    _hold_equal(kept, wanted, facts, told)
    return _reduced(kept, reduction, input.tensor.dtypes)


def _hold_equal(left: tuple[Axis, ...], right: tuple[Axis, ...], facts: Facts, more: str) -> None:
    """Hold that all axes are equal.

    Raises: Refused if there are more on one side, or two cannot be equal.
    """
    if len(left) != len(right):
        raise Refused(f"{shape(left)} and {shape(right)} are not of one rank{more}")
    for one, other in zip(left, right, strict=True):
        if compare_axes(one, other, facts) == "never":
            both = f"{shape(left)} and {shape(right)}"
            raise Refused(f"{one} and {other} cannot be equal in {both}{more}")


@rule("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "kl_div")
def distance(
    known: Known,
    input: Shaped,
    target: Shaped,
    *,
    reduction: str = "mean",
    **options: Value,
) -> Tensor:
    """Tell how far predictions are from what was wanted."""
    dims = broadcast((input.dims, target.dims), known.facts)
    return _reduced(dims, reduction, _floats(input, target))


@rule("binary_cross_entropy", "binary_cross_entropy_with_logits")
def binary_cross_entropy(
    known: Known,
    input: Shaped,
    target: Shaped,
    weight: Value | None = None,
    *,
    reduction: str = "mean",
    pos_weight: Value | None = None,
) -> Tensor:
    """Compare probabilities with what was wanted; the two must be of one shape."""
    _hold_equal(ranked(input.dims), ranked(target.dims), known.facts, "")
    return _reduced(input.dims, reduction, _floats(input, target))


def _floats(input: Shaped, target: Shaped) -> Dtypes | None:
    return input.tensor.dtypes if input.tensor.dtypes == target.tensor.dtypes else None
