"""Say why a local does not fit the axes that `check_shape` asked for."""

import ast
import linecache
from collections.abc import Mapping
from itertools import islice
from types import CodeType, FrameType
from typing import Any

import torch
from torch import Tensor

from typed_rope.checking.errors import ShapeError
from typed_rope.checking.explaining.disagreement import failure_clause
from typed_rope.checking.explaining.wording import (
    MOST_ROWS,
    Row,
    actual,
    annotation,
    axis_names,
    axis_sizes,
    dtype_clause,
    layout,
    tensor_text,
    type_clause,
)
from typed_rope.checking.forms import TensorForm
from typed_rope.checking.leaves import Leaf
from typed_rope.checking.locals.running import Call, Local, solution_of
from typed_rope.checking.system import Failure, Seen, Solution, nearest_form, see, step
from typed_rope.shapes import Bindings, ShapeSyntaxError, Sized


def local_refusal(call: Call, form: TensorForm, value: object, frame: FrameType) -> ShapeError:
    """Return the error for a local of a running call; `frame` is where it was checked."""
    name = written_argument(frame.f_code, frame.f_lasti)
    others = call.seen() + [_earlier(local) for local in call.locals]
    names = dict(zip(call.home.boundary.names, call.arguments, strict=True)) | frame.f_locals
    return _refusal(call.home.boundary.function, name, form, value, others, _given(form, names))


def traced_refusal(form: TensorForm, description: str) -> str:
    """Return the message, from all that Dynamo can tell of the call."""
    function, sizes, dtype, known, given = ast.literal_eval(description)
    value = torch.empty(sizes, dtype=getattr(torch, dtype.rpartition(".")[2]), device="meta")
    before = Solution(Bindings(known), dict.fromkeys(known, "the call"))
    leaf = Leaf("value", form, value, given)
    return str(_tensor_refusal(function, leaf, before, []))


def written_argument(code: CodeType, instruction: int) -> str:
    """Return what the author wrote as the first argument of the call; "value" if unknown."""
    position = next(islice(code.co_positions(), instruction // 2, None), None)
    first, last, start, end = position or (None, None, None, None)
    if first is None or last is None or start is None or end is None:
        return "value"
    lines = [line.encode() for line in linecache.getlines(code.co_filename)[first - 1 : last]]
    if not lines:
        return "value"
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][start:]
    try:
        tree = ast.parse(b"".join(lines).decode(), mode="eval").body
    except (SyntaxError, UnicodeDecodeError):
        return "value"
    if not isinstance(tree, ast.Call):
        return "value"
    written = [*tree.args, *(keyword.value for keyword in tree.keywords if keyword.arg == "x")]
    return ast.unparse(written[0]) if written else "value"


def _earlier(local: Local) -> Seen:
    name = written_argument(local.code, local.instruction)
    return Seen(name, (local.form,), (local.form,), local.sizes, local.dtype)


def _given(form: TensorForm, names: Mapping[str, object]) -> dict[str, object]:
    """Evaluate every `{...}` of the form."""
    values: dict[str, object] = {}
    for axis in form.shape.axes:
        for field in axis.expression.fields if isinstance(axis, Sized) else ():
            try:
                values[field.text] = eval(field.text, {**names})
            except NameError as error:
                raise ShapeSyntaxError.at(
                    form.shape.text,
                    axis.span,
                    f"{{{field.text}}} reads {error.name}, which is no local here",
                    "Assign it before, or read an argument.",
                ) from None
    return values


def _refusal(
    function: str,
    name: str,
    form: TensorForm,
    value: object,
    others: list[Seen],
    given: Mapping[str, object],
) -> ShapeError:
    leaf = Leaf(name, form, value, given)
    if not isinstance(value, Tensor) or not isinstance(value, form.array_type):
        row = Row(name, _written(form), actual(value), "", True)
        return _error(function, name, type_clause(name, form, value), [row], {})
    return _tensor_refusal(function, leaf, solution_of(others), others)


def _written(form: TensorForm) -> str:
    """Write the axes alone where no dtype is asked for, as `check_shape` takes them."""
    return annotation(form) if form.dtypes is not None else f'"{form.shape.text}"'


def _tensor_refusal(function: str, leaf: Leaf, before: Solution, others: list[Seen]) -> ShapeError:
    seen = see(leaf)
    assert seen is not None, "a tensor under one tensor form"
    failure = step(seen, before)
    if isinstance(failure, Solution):
        clause, disputed = f"{leaf.path} does not fit its axes", set[str]()
    else:
        clause, disputed = _clause(failure)
    rows = [_row(seen, disputed, culprit=True)]
    rows += [_row(o, disputed) for o in others if disputed & _names(o)][: MOST_ROWS - 1]
    return _error(function, leaf.path, clause, rows, before.bindings.singles)


def _clause(failure: Failure) -> tuple[str, set[str]]:
    accepted = failure.form.dtypes
    if accepted is not None and failure.seen.dtype not in accepted:
        return dtype_clause(failure.seen), set()
    return failure_clause(failure)


def _names(seen: Seen) -> set[str]:
    return {name for axis in nearest_form(seen).shape.axes for name in axis_names(axis)}


def _row(seen: Seen, disputed: Any, *, culprit: bool = False) -> Row:
    shown = _written(nearest_form(seen, declared=True))
    sizes = axis_sizes(seen, frozenset(disputed))
    return Row(seen.path, shown, tensor_text(seen.dtype, seen.sizes), sizes, culprit)


def _error(
    function: str, name: str, clause: str, rows: list[Row], bindings: Mapping[str, int]
) -> ShapeError:
    error = ShapeError(layout(f"{function}: {clause}, within the function.", rows, None))
    error.function, error.argument = function, name
    error.declared = {row.name: row.declared for row in rows}
    error.actual = {row.name: row.actual for row in rows}
    error.bindings = dict(bindings)
    return error
