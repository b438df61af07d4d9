"""Which arguments a message shows: the culprits, and who shares their axes; four at most."""

from collections.abc import Iterator, Sequence

from typed_rope.checking.boundary import RESULT
from typed_rope.checking.explaining.blame import Verdict
from typed_rope.checking.explaining.wording import (
    MOST_ROWS,
    Row,
    actual,
    annotation,
    axis_names,
    axis_sizes,
    tensor_text,
    type_name,
    zip_axes,
)
from typed_rope.checking.leaves import Leaf
from typed_rope.checking.repairing import Refused
from typed_rope.checking.system import Seen, argument_of, nearest_form
from typed_rope.shapes import Sized


def culprit_rows(refused: Refused, tensors: Sequence[Seen], verdict: Verdict) -> list[Row]:
    """Return the rows of a message, in the order of the parameters."""
    everything = refused.leaves
    places = [*refused.boundary.names, RESULT]
    shown = _shown(everything, tensors, verdict)
    shown.sort(key=lambda leaf: (places.index(argument_of(leaf.path)), everything.index(leaf)))
    rows = [_row(leaf, tensors, verdict) for leaf in shown]
    return [*rows, *_read_values(shown, tensors, verdict, refused)][:MOST_ROWS]


def _shown(leaves: Sequence[Leaf], tensors: Sequence[Seen], verdict: Verdict) -> list[Leaf]:
    sharing = {
        seen.path
        for seen in tensors
        if verdict.disputed & {n for a in nearest_form(seen).shape.axes for n in axis_names(a)}
    }
    culprits = [leaf for leaf in leaves if leaf.path in verdict.culprits][:MOST_ROWS]
    sharing -= set(verdict.culprits)
    others = [leaf for leaf in leaves if leaf.path in sharing]
    return [*culprits, *others[: MOST_ROWS - len(culprits)]] or list(leaves[:MOST_ROWS])


def _row(leaf: Leaf, tensors: Sequence[Seen], verdict: Verdict) -> Row:
    seen = next((seen for seen in tensors if seen.path == leaf.path), None)
    answers = argument_of(leaf.path) == RESULT
    name = "result" + leaf.path.removeprefix(RESULT) if answers else leaf.path
    culprit = leaf.path in verdict.culprits
    if seen is None:
        return Row(name, annotation(leaf.form), actual(leaf.value), "", culprit)
    shown = annotation(nearest_form(seen, declared=True))
    sizes = axis_sizes(seen, verdict.disputed)
    return Row(name, shown, tensor_text(seen.dtype, seen.sizes), sizes, culprit)


def _read_values(
    shown: Sequence[Leaf], tensors: Sequence[Seen], verdict: Verdict, refused: Refused
) -> Iterator[Row]:
    """Yield a row for what the disputed `{...}` read, whose value came with the call."""
    found: dict[str, Row] = {}
    by_path = {seen.path: seen for seen in tensors}
    for leaf in shown:
        seen = by_path.get(leaf.path)
        if seen is None:
            continue
        for axis, _ in zip_axes(nearest_form(seen, declared=True), seen.sizes):
            if isinstance(axis, Sized) and verdict.disputed & axis_names(axis):
                for part in axis.expression.fields:
                    row = _value_row(part.text, leaf, refused)
                    found |= {} if row is None else {row.name: row}
    paths = {leaf.path for leaf in shown}
    yield from (row for name, row in found.items() if name not in paths)


def _value_row(text: str, leaf: Leaf, refused: Refused) -> Row | None:
    """Show the value of a `{...}` and where it came from: an argument, or the attribute of one."""
    value, root = leaf.given.get(text), argument_of(text)
    if value is None:
        return None
    if leaf.given is not refused.given:  # of a record, it reads another field
        holder = leaf.path.rpartition(".")[0]
        return Row(f"{holder}.{text.removeprefix('self.')}", "field", actual(value), "", False)
    if text != root:
        owner = type_name(refused.arguments.get(root)).rpartition(".")[2]
        return Row(text, f"of {owner}", actual(value), "", False)
    forms = {parameter.name: parameter.form for parameter in refused.boundary.parameters}
    kind = annotation(forms[root]) if root in forms else "argument"
    return Row(text, kind, actual(value), "", False)
