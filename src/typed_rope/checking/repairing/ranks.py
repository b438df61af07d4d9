"""An axis more, or less: of size 1, or of a size that all others share, as a batch has."""

from collections.abc import Iterator
from itertools import combinations

from typed_rope.checking.forms import TensorForm
from typed_rope.checking.repairing.change import Change, Evidence
from typed_rope.checking.system import Seen, expected_sizes
from typed_rope.shapes import Named, Variadic


def ranks(seen: Seen, evidence: Evidence) -> Iterator[Change]:
    """Offer other numbers of axes, those of size 1 first."""
    if any(_broadcasts_any(form) for form in seen.forms):
        return  # nearly anything would broadcast, and mean something else
    rank = len(seen.sizes)
    for axis in range(rank + 1):
        yield Change("axis", 2, f"{{0}}.unsqueeze({axis})")
    yield from _squeezes(seen)
    for missing in {len(form.shape.axes) - rank for form in seen.forms}:
        if missing > 1:
            yield Change("axis", 3, f"{{0}}[{', '.join(['None'] * missing)}]")
    if not evidence.answers:  # a result whose axis is gone has lost what was in it
        yield from _expansions(seen, evidence)
        yield from _foldings(seen, evidence)


def _broadcasts_any(form: TensorForm) -> bool:
    return any(isinstance(axis, Variadic) and axis.broadcast for axis in form.shape.axes)


def _squeezes(seen: Seen) -> Iterator[Change]:
    ones = [axis for axis, size in enumerate(seen.sizes) if size == 1]
    for axis in ones:
        yield Change("axis", 2, f"{{0}}.squeeze({axis})")
    surplus = {len(seen.sizes) - len(form.shape.axes) for form in seen.forms} | {2}
    for count in sorted(surplus):
        for some in combinations(ones, count) if count > 1 else ():
            yield Change("axis", 3, f"{{0}}.squeeze({some})")


def _expansions(seen: Seen, evidence: Evidence) -> Iterator[Change]:
    """Offer one axis more of a known size: foremost that of the batch, which all share."""
    rank = len(seen.sizes)
    for form in seen.forms:
        if form.shape.variadic is not None:
            continue  # it takes any number of axes: what it lacks is none
        for axis, size in enumerate(expected_sizes(form, rank + 1, evidence.rest.bindings)):
            if size is not None and size > 1:
                times, kept = ["1"] * rank, ["-1"] * rank
                times.insert(axis, str(size))
                kept.insert(axis, str(size))
                new = "" if axis == 0 else f".unsqueeze({axis})"
                cost = 3 if axis == 0 else 4
                # Written with `repeat`, because what `expand` returns must not be written to.
                repeated = f"{{0}}{new}.repeat({', '.join(times)})"
                shaped = f"{{0}}{new}.expand({', '.join(kept)})"
                yield Change("axis", cost, repeated, shaped=shaped)


def _foldings(seen: Seen, evidence: Evidence) -> Iterator[Change]:
    """Offer the two leading axes as one, `(b, t, c)` for "n c", where others say how long it is."""
    rank, said = len(seen.sizes), evidence.common | evidence.rest.bindings.singles.keys()
    for form in seen.forms:
        axes = form.shape.axes
        if len(axes) != rank - 1 or form.shape.variadic is not None:
            continue
        first = axes[0] if axes else None
        if isinstance(first, Named) and first.name in said:
            yield Change("flat", 3, "{0}.flatten(0, 1)")
            return
