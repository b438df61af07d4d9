"""The sentences about a mistake that a change would repair.

order      k or v fits its annotation with g and s exchanged
exchange   k and v fit their annotations with each other exchanged
axis       ids has 1 axis, where "b t" has 2
width      cos and sin are twice as wide as d/2 = 4
heads      x fits its annotation with its last axis split into h and d
flat       x fits its annotation with its first two axes joined
dtype      cos and sin are bfloat16, which is not Wide
type       ids is a numpy.ndarray, not a Tensor
"""

from collections.abc import Sequence

from typed_rope.checking.explaining.clause import Clause, joined, listed
from typed_rope.checking.explaining.wording import (
    axis_label,
    axis_names,
    dtype_clause,
    rank_clause,
    said,
    type_clause,
    zip_axes,
)
from typed_rope.checking.forms import TensorForm
from typed_rope.checking.leaves import Leaf
from typed_rope.checking.repairing import Mistake, Refused, Repair
from typed_rope.checking.system import has_wrong_dtype, nearest_form


def repair_clauses(refused: Refused, found: Sequence[Repair]) -> tuple[str, set[str]]:
    """Say what the repairs change, where each of them would do, and name the axes in dispute."""
    each = [
        [c for mistake in repair.mistakes for c in _clauses(refused, mistake)] for repair in found
    ]
    disputed = {name for clauses in each for clause in clauses for name in clause.disputed}
    common = 0
    while len(each) > 1 and all(len(c) > common + 1 and c[common] == each[0][common] for c in each):
        common += 1
    begun = joined(each[0][:common])
    ends = [clauses[common:] for clauses in each]
    if len(each) > 1 and all(len(end) == 1 for end in ends):
        return "; ".join([*begun, _either([end[0] for end in ends])]), disputed
    return ", or ".join("; ".join(joined(clauses)) for clauses in each), disputed


def _either(clauses: Sequence[Clause]) -> str:
    if len({clause.predicate for clause in clauses}) == 1:
        subjects = dict.fromkeys(clause.subject for clause in clauses)
        return f"{' or '.join(subjects)} {clauses[0].predicate}"
    if len({clause.subject for clause in clauses}) == 1:
        verb = f"{clauses[0].predicate.partition(' with ')[0]} "
        if all(clause.predicate.startswith(verb) for clause in clauses):
            ends = [clause.predicate.removeprefix(verb) for clause in clauses]
            return f"{clauses[0].subject} {verb}{', or '.join(ends)}"
    return ", or ".join(map(str, clauses))


def _clauses(refused: Refused, mistake: Mistake) -> list[Clause]:
    if mistake.kind == "type":
        leaves = {leaf.path: leaf for leaf in refused.leaves}
        return [_type(leaves[path]) for path in mistake.paths[:2]]
    if mistake.kind == "exchange":
        return [_exchange(refused, mistake.paths)]
    sentences = {"order": _order, "axis": _axis, "width": _width, "heads": _heads, "flat": _flat}
    return [sentences.get(mistake.kind, _dtype)(mistake)]


def _subject(mistake: Mistake) -> str:
    return listed([said(path) for path in mistake.paths])


def _type(leaf: Leaf) -> Clause:
    clause = type_clause(leaf.path, leaf.form, leaf.value)
    subject = said(leaf.path)
    return Clause(subject, clause.removeprefix(subject).strip())


def _exchange(refused: Refused, paths: tuple[str, ...]) -> Clause:
    free = [path for path in paths if refused.arguments.get(path) is None]
    if len(paths) == 2 and free:
        (taken,) = set(paths) - set(free)
        return Clause(taken, f"fits the annotation of {free[0]}")
    if len(paths) == 2:
        return Clause(listed(paths), "fit their annotations with each other exchanged")
    return Clause(listed(paths), "fit their annotations in another order")


def _order(mistake: Mistake) -> Clause:
    seen, order = mistake.before[0], mistake.change.order if mistake.change else ()
    labels = _labels(_form(mistake), len(seen.sizes))
    moved = [axis for axis, source in enumerate(order) if axis != source]
    verb, its = _fits(mistake)
    if len(moved) == 2:
        pairs = [_labels(form, len(labels)) for form in _forms(mistake)]
        named = dict.fromkeys((of[moved[0]], of[moved[1]]) for of in pairs)
        first, *others = (f"{one} and {other}" for one, other in named)
        which = f"{first} ({', '.join(others)})" if others else first
        words = f"{verb} with {which} exchanged"
        return Clause(_subject(mistake), words, frozenset(n for pair in named for n in pair))
    held = [""] * len(labels)
    for place, source in enumerate(order):
        held[source] = labels[place]
    words = f"{verb} with {its} axes read as ({', '.join(held)})"
    return Clause(_subject(mistake), words, frozenset(labels[axis] for axis in moved))


def _fits(mistake: Mistake) -> tuple[str, str]:
    one = len(mistake.paths) == 1
    return ("fits its annotation", "its") if one else ("fit their annotations", "their")


def _labels(form: TensorForm, rank: int) -> list[str]:
    """Name each axis; those of any number by their place."""
    axes, variadic = form.shape.axes, form.shape.variadic
    if variadic is None:
        return [axis_label(axis) for axis in axes]
    gathered = range(variadic, variadic + rank - len(axes) + 1)
    before, after = axes[:variadic], axes[variadic + 1 :]
    named = [f"axis {place}" for place in gathered]
    return [*map(axis_label, before), *named, *map(axis_label, after)]


def _form(mistake: Mistake) -> TensorForm:
    return _forms(mistake)[0]


def _forms(mistake: Mistake) -> list[TensorForm]:
    return [nearest_form(seen, declared=True) for seen in mistake.after]


def _axis(mistake: Mistake) -> Clause:
    seen, after = mistake.before[0], mistake.after[0]
    shapes = [form.shape for form in seen.declared]
    if any(s.variadic is not None and len(seen.sizes) >= len(s.axes) - 1 for s in shapes):
        more = "more" if len(after.sizes) > len(seen.sizes) else "less"
        return Clause(_subject(mistake), f"{_fits(mistake)[0]} with one axis {more}")
    predicate = rank_clause("", seen).strip()
    if len(mistake.paths) > 1:
        predicate = predicate.replace("has", "have", 1)
    return Clause(_subject(mistake), predicate)


def _width(mistake: Mistake) -> Clause:
    before, after = mistake.before[0], mistake.after[0]
    axis = nearest_form(before, declared=True).shape.axes[-1]
    verb = "is" if len(mistake.paths) == 1 else "are"
    how = "twice" if after.sizes[-1] < before.sizes[-1] else "half"
    words = f"{verb} {how} as wide as {axis_label(axis)} = {after.sizes[-1]}"
    return Clause(_subject(mistake), words, frozenset(axis_names(axis)))


def _heads(mistake: Mistake) -> Clause:
    before, after = mistake.before[0], mistake.after[0]
    verb, its = _fits(mistake)
    if len(after.sizes) < len(before.sizes):
        return Clause(_subject(mistake), f"{verb} with {its} heads joined")
    labels = [axis_label(axis) for axis, _ in zip_axes(_form(mistake), after.sizes)]
    moves = mistake.change is not None and "transpose" in mistake.change.written
    count = len(labels) - (3 if moves else 2)
    if len(labels) != len(after.sizes):
        return Clause(_subject(mistake), f"{verb} with {its} last axis split in two")
    split = f"{labels[count]} and {labels[-1]}"
    words = f"{verb} with {its} last axis split into {split}"
    return Clause(_subject(mistake), words, frozenset({labels[count], labels[-1]}))


def _flat(mistake: Mistake) -> Clause:
    verb, its = _fits(mistake)
    return Clause(_subject(mistake), f"{verb} with {its} first two axes joined")


def _dtype(mistake: Mistake) -> Clause:
    before = mistake.before[0]
    predicate = dtype_clause(before).removeprefix(said(mistake.paths[0])).strip()
    dtypes = [str(seen.dtype).rpartition(".")[2] for seen in mistake.before]
    predicate = predicate.replace(dtypes[0], listed(list(dict.fromkeys(dtypes))), 1)
    if not has_wrong_dtype(before):  # of a union, it is that of a member with other axes
        form, given = _form(mistake), str(before.dtype).rpartition(".")[2]
        predicate = f'is {given}, where "{form.shape.text}" is {form.family}'
    if len(mistake.paths) > 1:
        predicate = predicate.replace("is", "are", 1)
    return Clause(_subject(mistake), predicate)
