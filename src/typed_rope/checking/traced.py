"""The error path as torch.compile sees it.

Dynamo executes Python symbolically: it cannot run the judge, but it can follow an f-string and
call a function on constants. So what is there of a refused call is put into one text (`describe`,
traced), and the explanation is written from that text at trace time (`explain`, not traced). The
message that reaches the user is the same as without torch.compile.
"""

import ast
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from typed_rope.checking.boundary import Boundary
from typed_rope.checking.explaining.explain import explained
from typed_rope.checking.forms import (
    Form,
    RecordForm,
    TensorForm,
    Unset,
    is_judged,
    parts,
    record_names,
)
from typed_rope.checking.plain import StandIn
from typed_rope.checking.repairing import Refused
from typed_rope.shapes import Sized


def make_traced(boundary: Boundary) -> tuple[Callable[..., str], Callable[[str], str]]:
    """Return `describe(arguments, *result)` and `explain(description)` for one function."""
    forms = [parameter.form for parameter in boundary.parameters]
    forms += [] if boundary.result is None else [boundary.result]
    records = tuple({form for whole in forms for form in _records(whole)})
    classes = tuple((record.hint, record_names(record.hint)) for record in records)
    texts = sorted({text for form in forms for text in _field_texts(form)})
    readers = tuple(_reader(text, boundary.names) for text in texts)

    def describe(arguments: Sequence[object], *result: object) -> str:
        given = [_describe(reader(*arguments), classes) for reader in readers]
        called = [_describe(argument, classes) for argument in arguments]
        returned = [_describe(value, classes) for value in result]
        return f"[[{', '.join(given)}], [{', '.join(called)}], [{', '.join(returned)}]]"

    judged = [p.name for p in boundary.parameters if is_judged(p.form)]

    def explain(description: str) -> str:
        if judged:
            return (
                f"{boundary.function}: torch.compile cannot follow the check of "
                f"{', '.join(judged)}, which is left to jaxtyping. Hand over torch tensors, or "
                "call this function outside of the compiled one."
            )
        given, called, returned = ast.literal_eval(description)
        arguments = {
            name: _stand_in(value, records)
            for name, value in zip(boundary.names, called, strict=True)
        }
        values = dict(zip(texts, [_stand_in(value, records) for value in given], strict=True))
        result = tuple(_stand_in(value, records) for value in returned)
        return str(explained(Refused(boundary, arguments, values, result), None))

    # As torch.compiler.assume_constant_result would, but calling that would import Dynamo (seconds)
    # into every program that imports a checked function.
    explain._dynamo_marked_constant = True  # type: ignore[attr-defined] # read by Dynamo
    return describe, explain


def _reader(text: str, names: Sequence[str]) -> Callable[..., object]:
    reader: Callable[..., object] = eval(f"lambda {', '.join(names)}: {text}")
    return reader


def _records(form: Form) -> list[RecordForm]:
    own = [form] if isinstance(form, RecordForm) else []
    return own + [record for part in parts(form) for record in _records(part)]


def _field_texts(form: Form) -> list[str]:
    if isinstance(form, TensorForm):
        sized = [axis for axis in form.shape.axes if isinstance(axis, Sized)]
        return [field.text for axis in sized for field in axis.expression.fields]
    if isinstance(form, RecordForm):
        return []  # these read the record, not the arguments
    return [text for part in parts(form) for text in _field_texts(part)]


def _describe(value: Any, classes: tuple[tuple[type, tuple[str, ...]], ...]) -> str:
    """Write a value as a Python literal; Dynamo traces this."""
    if isinstance(value, Tensor):
        sizes = "".join([f"{_known(size)}, " for size in value.shape])
        return f"('tensor', '{value.dtype}', [{sizes}])"
    for index, (cls, names) in enumerate(classes):
        if isinstance(value, cls):
            fields = "".join([f"{_describe(getattr(value, n, Unset), classes)}, " for n in names])
            return f"('record', {index}, [{fields}])"
    if isinstance(value, list | tuple):
        kind = "list" if isinstance(value, list) else "tuple"
        items = "".join([f"{_describe(item, classes)}, " for item in value])
        return f"('{kind}', [{items}])"
    if isinstance(value, dict):
        items = "".join([f"({key!r}, {_describe(v, classes)}), " for key, v in value.items()])
        return f"('dict', [{items}])"
    if isinstance(value, str):
        return f"('constant', {value!r})"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"('constant', {_known(value)})"
    if value is None or isinstance(value, bool):
        return f"('constant', {value})"
    if value is Unset:
        return "('unset',)"
    if isinstance(value, float):  # its value may be symbolic, and cannot be written then
        return "('other', ['builtins.float', 'builtins.object'])"
    classes_of = "".join(
        [f"'{base.__module__}.{base.__qualname__}', " for base in type(value).__mro__]
    )
    return f"('other', [{classes_of}])"


def _known(size: int) -> int:
    """Return the same number, and make Dynamo look up a symbolic one: it cannot write those."""
    return len(range(size)) if size >= 0 else -len(range(-size))


def _stand_in(described: Any, records: tuple[RecordForm, ...]) -> object:
    """Make a value that has all that the description tells, its tensors without memory."""
    kind, *rest = described
    if kind == "tensor":
        dtype = getattr(torch, rest[0].rpartition(".")[2])
        return torch.empty(rest[1], dtype=dtype, device="meta")
    if kind == "record":
        return _record(records[rest[0]].hint, [_stand_in(value, records) for value in rest[1]])
    if kind == "list":
        return [_stand_in(item, records) for item in rest[0]]
    if kind == "tuple":
        return tuple(_stand_in(item, records) for item in rest[0])
    if kind == "dict":
        return {key: _stand_in(value, records) for key, value in rest[0]}
    if kind == "unset":
        return Unset
    return rest[0] if kind == "constant" else StandIn(tuple(rest[0]))


def _record(cls: type, values: list[object]) -> object:
    if issubclass(cls, tuple):
        return tuple.__new__(cls, values)
    instance: object = object.__new__(cls)
    for name, value in zip(record_names(cls), values, strict=True):
        if value is not Unset:
            object.__setattr__(instance, name, value)
    return instance
