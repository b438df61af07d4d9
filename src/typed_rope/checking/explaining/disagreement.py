"""The sentences about a tensor that disagrees with what the others bind.

cos has t = 7, where x has t = 5                      a name
cos has 8 where d/2 is 4 (d = 8 of x)                 an expression
x has an odd d = 11, where cos needs d/2
x has {self.heads} = 4, where {self.heads} is 6       the value of an argument
n gives {n}/2 = 2.5, which is the size of no axis
y has (2, 5) for *b, where x has (2, 3)               any number of axes
"""

from typed_rope.checking.explaining.clause import listed
from typed_rope.checking.explaining.divisions import uneven_divisions
from typed_rope.checking.explaining.wording import axis_label, axis_names, rank_clause, said
from typed_rope.checking.system import Failure, argument_of
from typed_rope.shapes import Axis, Fixed, Mismatch, Sized, Variadic


def failure_clause(failure: Failure) -> tuple[str, set[str]]:
    """Say why one tensor does not fit what the others bind, and name the axes in dispute."""
    mismatch, path = failure.mismatch, said(failure.seen.path)
    if mismatch.axis is None:
        return rank_clause(path, failure.seen), set()
    axis, declared = failure.form.shape.axes[mismatch.axis], _declared(failure, mismatch.axis)
    label, seen = axis_label(axis), mismatch.seen
    if mismatch.kind == "failed":
        return f"{label} of {path} cannot be evaluated ({mismatch.reason})", axis_names(axis)
    if isinstance(declared, Sized) and declared.expression.fields and _is_known(axis):
        # The value of a `{...}` is written in, and asks for a size by itself.
        text, value = declared.expression.text, _number(mismatch)
        if uneven_values(failure):
            read = listed([field.text for field in declared.expression.fields])
            verb = "gives" if len(declared.expression.fields) == 1 else "give"
            return f"{read} {verb} {text} = {value}, which is the size of no axis", axis_names(
                declared
            )
        clause = f"{path} has {axis_label(declared)} = {seen}, where {text} is {value}"
        return clause, axis_names(declared)
    match axis:
        case Fixed():
            named = f"{label} = {seen}" if axis.label else f"{seen} at axis {_place(failure)}"
            return f"{path} has {named}, where its annotation says {axis.size}", {label}
        case Variadic():
            return _variadic_clause(failure, axis), {label}
        case Sized():
            return _computed_clause(failure, axis), axis_names(axis)
        case _:
            return _named_clause(failure, axis), {label}


def _number(mismatch: Mismatch) -> int | float:
    expected = mismatch.expected
    if not isinstance(expected, int | float):
        return 0
    return int(expected) if float(expected).is_integer() else expected


def _place(failure: Failure) -> int:
    """Return which axis of the tensor it is; counted from the end behind any number of axes."""
    place, shape = failure.mismatch.axis or 0, failure.form.shape
    behind = shape.variadic is not None and place > shape.variadic
    return place - len(shape.axes) if behind else place


def _named_clause(failure: Failure, axis: Axis) -> str:
    label, path = axis_label(axis), failure.seen.path
    owner, expected = failure.before.owners.get(label), failure.mismatch.expected
    if owner is None or owner == path:
        where = f"{label} is also {expected}"
    else:
        where = f"{said(owner)} has {label} = {expected}"
    more = f" (#{label} allows 1, too)" if getattr(axis, "broadcast", False) else ""
    return f"{said(path)} has {label} = {failure.mismatch.seen}, where {where}{more}"


def _variadic_clause(failure: Failure, axis: Variadic) -> str:
    owner = failure.before.owners.get(f"*{axis.name}")
    where = f"{said(owner)} has" if owner else "it is"
    clause = f"{said(failure.seen.path)} has {failure.mismatch.seen} for {axis.text}, "
    clause += f"where {where} {failure.mismatch.expected}"
    return clause + (", and they do not broadcast" if axis.broadcast else "")


def _computed_clause(failure: Failure, axis: Sized) -> str:
    mismatch, path = failure.mismatch, said(failure.seen.path)
    division = uneven_division(failure)
    if division is not None:
        return _uneven_clause(failure, *division)
    bound, owners = failure.before.bindings.singles, failure.before.owners
    read = [
        f"{name} = {bound[name]} of {said(owners[name])}"
        for name in sorted(axis.expression.names & owners.keys())
    ]
    reason = f" ({', '.join(read)})" if read else ""
    return f"{path} has {mismatch.seen} where {axis_label(axis)} is {_number(mismatch)}{reason}"


def _declared(failure: Failure, place: int) -> Axis:
    """Return the axis as the author wrote it."""
    member = failure.seen.forms.index(failure.form)
    return failure.seen.declared[member].shape.axes[place]


def _is_known(axis: Axis) -> bool:
    return isinstance(axis, Fixed) or (isinstance(axis, Sized) and not axis.expression.names)


def uneven_values(failure: Failure) -> tuple[str, ...]:
    """Return the arguments that no tensor can fit, as they ask for a size that is no number."""
    place, expected = failure.mismatch.axis, failure.mismatch.expected
    declared = None if place is None else _declared(failure, place)
    whole = not isinstance(expected, float) or expected.is_integer()
    if whole or not isinstance(declared, Sized) or declared.expression.names:
        return ()
    return tuple(argument_of(field.text) for field in declared.expression.fields)


def uneven_division(failure: Failure) -> tuple[str, str] | None:
    """Return the first division that leaves a rest, and the one axis that is divided in it."""
    place = failure.mismatch.axis
    axis = None if place is None else failure.form.shape.axes[place]
    if not isinstance(axis, Sized) or not isinstance(failure.mismatch.expected, int | float):
        return None
    for text, read in uneven_divisions(axis.expression, failure.before.bindings.singles):
        if len(read) == 1:
            return text, read[0]
    return None


def _uneven_clause(failure: Failure, text: str, name: str) -> str:
    """Say that a division leaves a rest: an odd d has no d/2."""
    size, owner = failure.before.bindings.singles[name], failure.before.owners[name]
    odd = "an odd " if text == f"{name}/2" else ""
    return f"{said(owner)} has {odd}{name} = {size}, where {said(failure.seen.path)} needs {text}"
