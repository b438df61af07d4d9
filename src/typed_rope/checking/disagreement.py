"""The sentences about a tensor that disagrees with what the others bind.

cos has t = 7, where x has t = 5                      a name
cos has 8 where d/2 is 4 (d = 8 of x)                 an expression
x has an odd d = 11, where cos needs d/2
x has {self.heads} = 4, where {self.heads} is 6       the value of an argument
y has (2, 5) for *b, where x has (2, 3)               any number of axes
"""

from typed_rope.checking.system import Failure
from typed_rope.checking.wording import axis_label, axis_names, rank_clause, said
from typed_rope.shapes import Axis, Expression, Fixed, Mismatch, Sized, Variadic


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
        text, value = declared.expression.text, _whole(mismatch)
        clause = f"{path} has {axis_label(declared)} = {seen}, where {text} is {value}"
        return clause, axis_names(declared)
    match axis:
        case Fixed():
            named = f"{label} = {seen}," if axis.label else f"{seen}"
            return f"{path} has {named} where its annotation says {axis.size}", {label}
        case Variadic():
            return _variadic_clause(failure, axis), {label}
        case Sized():
            return _computed_clause(failure, axis), axis_names(axis)
        case _:
            return _named_clause(failure, axis), {label}


def _whole(mismatch: Mismatch) -> int:
    expected = mismatch.expected
    return int(expected) if isinstance(expected, int | float) else 0


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
    if isinstance(mismatch.expected, float) and not mismatch.expected.is_integer():
        return _uneven_clause(failure, axis.expression)
    bound, owners = failure.before.bindings.singles, failure.before.owners
    read = [
        f"{name} = {bound[name]} of {said(owners[name])}"
        for name in sorted(axis.expression.names & owners.keys())
    ]
    reason = f" ({', '.join(read)})" if read else ""
    return f"{path} has {mismatch.seen} where {axis_label(axis)} is {_whole(mismatch)}{reason}"


def _declared(failure: Failure, place: int) -> Axis:
    """Return the axis as the author wrote it."""
    member = failure.seen.forms.index(failure.form)
    return failure.seen.declared[member].shape.axes[place]


def _is_known(axis: Axis) -> bool:
    return isinstance(axis, Fixed) or (isinstance(axis, Sized) and not axis.expression.names)


def _uneven_clause(failure: Failure, expression: Expression) -> str:
    """Say that a division leaves a rest: an odd d has no d/2."""
    bound, owners = failure.before.bindings.singles, failure.before.owners
    path = said(failure.seen.path)
    read = sorted(expression.names & owners.keys())
    if len(read) != 1:
        return f"{expression.text} of {path} is no whole number"
    (name,) = read
    odd = "an odd " if expression.text == f"{name}/2" else ""
    needs = f"where {path} needs {expression.text}"
    return f"{said(owners[name])} has {odd}{name} = {bound[name]}, {needs}"
