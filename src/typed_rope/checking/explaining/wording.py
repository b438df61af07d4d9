"""The sentences and rows of a refusal.

rotate_halves: x fits its annotation with h and t exchanged.
> x:   Float[Tensor, "b h t d"]   float32 (2, 5, 6, 8)   h = 5, t = 6
  cos: Float[Tensor, "t d/2"]     float32 (5, 4)         t = 5
  sin: Float[Tensor, "t d/2"]     float32 (5, 4)         t = 5
Write: rotate_halves(x.transpose(1, 2), cos, sin)
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from typed_rope.checking.boundary import RESULT
from typed_rope.checking.forms import (
    EitherForm,
    Form,
    ItemsForm,
    KeysForm,
    MappingForm,
    PlainForm,
    TensorForm,
    TupleForm,
)
from typed_rope.checking.plain import StandIn
from typed_rope.checking.system import Seen, argument_of, nearest_form
from typed_rope.shapes import Axis, Fixed, Named, Sized

MOST_ROWS = 4


@dataclass(frozen=True)
class Row:
    """One argument, as a line shows it."""

    name: str
    declared: str
    actual: str
    sizes: str
    culprit: bool


def layout(first: str, rows: Sequence[Row], last: str | None) -> str:
    """Put a message together, the columns of its rows aligned."""
    names = [f"{'>' if row.culprit else ' '} {row.name}:" for row in rows]
    columns = [names, [row.declared for row in rows], [row.actual for row in rows]]
    gaps = (" ", "   ", "   ")
    widths = [max((len(cell) for cell in column), default=0) for column in columns]
    lines = [first]
    for index, row in enumerate(rows):
        cells = (columns[k][index].ljust(widths[k]) + gaps[k] for k in range(3))
        lines.append(("".join(cells) + row.sizes).rstrip())
    return "\n".join(lines if last is None else [*lines, last])


def annotation(form: Form) -> str:
    """Write a form as the user wrote its hint."""
    if isinstance(form, TensorForm):
        return f'{form.family}[{form.array_type.__name__}, "{form.shape.text}"]'
    if isinstance(form, EitherForm):
        return " | ".join(annotation(member) for member in form.members)
    match form:
        case ItemsForm(_, container, item) if container is tuple:
            return f"tuple[{annotation(item)}, ...]"
        case ItemsForm(_, container, item):
            return f"{container.__name__}[{annotation(item)}]"
        case TupleForm(_, members):
            return f"tuple[{', '.join(annotation(member) for member in members)}]"
        case MappingForm(_, container, key, value):
            return f"{container.__name__}[{annotation(key)}, {annotation(value)}]"
        case _:
            return _hint_text(form.hint)


def _hint_text(hint: Any) -> str:
    if hint is type(None):
        return "None"
    if isinstance(hint, type):
        return hint.__name__
    # Without the modules of its names; what stands in quotes, as in a Literal, is left alone.
    return re.sub(r"('[^']*')|\b(?:\w+\.)+(?=\w)", lambda found: found[1] or "", str(hint))


def actual(value: object) -> str:
    """Write what a value is: dtype and sizes of an array, else its type."""
    if isinstance(value, Tensor):
        return tensor_text(value.dtype, value.shape)
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    kind = f"{type(value).__module__.partition('.')[0]}.{type(value).__name__}"
    if shape is not None and dtype is not None:
        return f"{kind} {dtype} {sizes_text(shape)}"
    if isinstance(value, list | tuple | dict | set):
        return f"{type(value).__name__} of {len(value)}"
    if value is None or isinstance(value, int | float | str):
        text = repr(value)
        return text if len(text) <= 40 else f"{text[:36]}...{text[-1]}"
    return type_name(value)


def tensor_text(dtype: torch.dtype, sizes: Iterable[int]) -> str:
    """Write a dtype and sizes: `float32 (2, 5, 6, 8)`."""
    return f"{str(dtype).rpartition('.')[2]} {sizes_text(sizes)}"


def sizes_text(sizes: Iterable[int]) -> str:
    """Write sizes as Python writes a tuple."""
    return str(tuple(int(size) for size in sizes))


def axis_sizes(seen: Seen, disputed: Iterable[str]) -> str:
    """Write what a tensor has for those of its axes that are in dispute: `h = 5, t = 6`."""
    wanted = set(disputed)
    pairs = [
        f"{axis_label(axis)} = {size}"
        for axis, size in zip_axes(nearest_form(seen, declared=True), seen.sizes)
        if wanted & axis_names(axis)
    ]
    return ", ".join(dict.fromkeys(pairs))


def zip_axes(form: TensorForm, sizes: tuple[int, ...]) -> list[tuple[Axis, int]]:
    """Pair the axes of a form with sizes; none where their numbers differ, no variadic ones."""
    axes, variadic = form.shape.axes, form.shape.variadic
    if variadic is None:
        return list(zip(axes, sizes, strict=True)) if len(axes) == len(sizes) else []
    if len(sizes) < len(axes) - 1:
        return []
    after = len(axes) - variadic - 1
    return [
        *zip(axes[:variadic], sizes[:variadic], strict=True),
        *zip(axes[variadic + 1 :], sizes[len(sizes) - after :], strict=True),
    ]


def axis_label(axis: Axis) -> str:
    """Return what to call an axis: its name, its label, or its expression."""
    if isinstance(axis, Named):
        return axis.name
    if isinstance(axis, Sized):
        return axis.label or axis.expression.text
    return getattr(axis, "label", None) or axis.text


def axis_names(axis: Axis) -> set[str]:
    """Return the names that an axis binds or reads, and what it is called; a number is no name."""
    if isinstance(axis, Fixed) and not axis.label:
        return set()
    read = set(axis.expression.names) if isinstance(axis, Sized) else set()
    return read | {axis_label(axis)}


def rank_clause(path: str, seen: Seen) -> str:
    """Say that a tensor has too many or too few axes."""
    of_dtype = [f for f in seen.declared if f.dtypes is None or seen.dtype in f.dtypes]
    shapes = dict.fromkeys(form.shape for form in of_dtype or seen.declared)
    wanted = " or ".join(
        f'"{shape.text}" has {"at least " if shape.variadic is not None else ""}'
        f"{len(shape.axes) - (shape.variadic is not None)}"
        for shape in shapes
    )
    count = len(seen.sizes)
    return f"{path} has {count} {'axis' if count == 1 else 'axes'}, where {wanted}"


def dtype_clause(seen: Seen) -> str:
    """Say that a tensor has the wrong dtype."""
    families = " or ".join(dict.fromkeys(form.family for form in seen.declared))
    return f"{said(seen.path)} is {str(seen.dtype).rpartition('.')[2]}, which is not {families}"


def has_other_rank(seen: Seen) -> bool:
    """Tell whether a tensor has more or fewer axes than any of its forms."""
    more = [(len(seen.sizes) - len(f.shape.axes), f.shape.variadic is None) for f in seen.forms]
    return all(count != 0 if fixed else count < -1 for count, fixed in more)


def type_clause(path: str, form: Form, value: Any) -> str:
    """Say that a value is of the wrong type."""
    name = type_name(value)
    given = "None" if value is None else f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
    if isinstance(value, nn.Module):
        given = f"a module ({type(value).__name__})"
    missing = _missing_keys(form, value)
    if missing:
        return f"{said(path)} has no key {missing}, which {annotation(form)} requires"
    members = form.members if isinstance(form, EitherForm) else (form,)
    lengths = [str(len(member.members)) for member in members if isinstance(member, TupleForm)]
    if lengths and isinstance(value, tuple):
        items = f"{len(value)} item{'s' * (len(value) != 1)}"
        return f"{said(path)} has {items}, where its annotation has {' or '.join(lengths)}"
    tensors = [member for member in members if isinstance(member, TensorForm)]
    if tensors and all(isinstance(m, TensorForm) or m == _NONE for m in members):
        wanted = " or ".join(dict.fromkeys(f"a {m.array_type.__name__}" for m in tensors))
        return f"{said(path)} is {given}, not {wanted}{' or None' * (_NONE in members)}"
    if isinstance(form, PlainForm) and value is not None:
        return f"{said(path)} is {actual(value)}, not {annotation(form)}"
    return f"{said(path)} is {given}, not {annotation(form)}"


_NONE = PlainForm(type(None))


def _missing_keys(form: Form, value: Any) -> str:
    if not isinstance(form, KeysForm) or not isinstance(value, dict):
        return ""
    return " and no ".join(repr(key) for key in sorted(form.required - value.keys()))


def type_name(value: object) -> str:
    """Name the class of a value, with the package that it comes from."""
    full = f"{type(value).__module__}.{type(value).__qualname__}"
    if isinstance(value, StandIn):
        full = value.classes[0]
    module, name = full.partition(".")[0], full.rpartition(".")[2]
    return name if module in ("builtins", "torch", "__main__") else f"{module}.{name}"


def said(path: str) -> str:
    """Name a path in a sentence."""
    if argument_of(path) != RESULT:
        return path
    return "the result" if path == RESULT else f"result{path.removeprefix(RESULT)}"


def call_text(names: Iterable[tuple[str, str]], function: str, fix: Mapping[str, str]) -> str:
    """Write the repaired call; `names` pairs each argument with how it is passed."""
    parts = (how.format(fix.get(name, name)) for name, how in names)
    return f"{function}({', '.join(parts)})"
