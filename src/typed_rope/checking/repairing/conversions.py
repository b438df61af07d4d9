"""What a value of the wrong type could be turned into.

    numpy.ndarray for a tensor              torch.from_numpy(x)
    numbers, or a list of them              torch.tensor(x)
    a list of tensors of one shape          torch.stack(x), of one tensor x[0]
    a tuple for a list, and the reverse     list(x), tuple(x)
    one item for a list or tuple of them    [x], (x,)
    a dictionary that holds the tensor      x['input_ids']
    a module for its weights                x.weight
    a tensor of one number for a number     x.item()

What is large is not converted to find out: a tensor without memory stands for it.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from typed_rope.checking.forms import Form, ItemsForm, PlainForm, TupleForm
from typed_rope.checking.leaves import Leaf
from typed_rope.checking.plain import is_plain

_MOST_NUMBERS = 4096  # in a list: each of them has to be looked at

_DTYPES: dict[type, torch.dtype] = {bool: torch.bool, int: torch.int64}


def conversions(leaf: Leaf) -> Iterator[tuple[str, object]]:
    """Yield how to write a conversion of a value, and what becomes of it."""
    value: Any = leaf.value
    if leaf.tensor_forms():
        yield from _to_tensor(value)
    for form in leaf.forms():
        if isinstance(form, PlainForm):
            yield from _to_plain(value, form)
        elif _asks_for(form, list) and value is not None:
            if isinstance(value, tuple):
                yield "list({0})", list(value)
            yield "[{0}]", [value]
        elif _asks_for(form, tuple) and value is not None:
            if isinstance(value, list):
                yield "tuple({0})", tuple(value)
            yield "({0},)", (value,)


def _asks_for(form: Form, container: type) -> bool:
    if isinstance(form, TupleForm):
        return container is tuple
    return isinstance(form, ItemsForm) and form.container is container


def _to_tensor(value: Any) -> Iterator[tuple[str, object]]:
    kind = f"{type(value).__module__}.{type(value).__name__}"
    if kind == "numpy.ndarray":
        yield from _from_numpy(value)
    elif isinstance(value, int | float):  # a bool is an int
        dtype = _DTYPES.get(type(value), torch.get_default_dtype())
        yield "torch.tensor({0})", _empty((), dtype)
    elif isinstance(value, list | tuple) and value:
        yield from _from_items(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, Tensor) and isinstance(key, str) and key.isidentifier():
                yield f"{{0}}[{key!r}]", item
    elif isinstance(value, nn.Module):
        for name, parameter in value.named_parameters(recurse=False):
            yield f"{{0}}.{name}", parameter


def _from_numpy(value: Any) -> Iterator[tuple[str, object]]:
    dtype = getattr(torch, str(value.dtype), None)
    if not isinstance(dtype, torch.dtype) or any(stride < 0 for stride in value.strides):
        return
    # torch warns of an array that must not be written to, unless it is copied.
    how = "torch.from_numpy({0})" if value.flags.writeable else "torch.tensor({0})"
    yield how, _empty(tuple(value.shape), dtype)


def _from_items(value: list[Any] | tuple[Any, ...]) -> Iterator[tuple[str, object]]:
    if all(isinstance(item, Tensor) for item in value):
        shapes = {(tuple(item.shape), item.dtype, item.device) for item in value}
        if len(value) == 1:
            yield "{0}[0]", value[0]
        elif len(shapes) == 1:
            yield "torch.stack({0})", _empty((len(value), *value[0].shape), value[0].dtype)
        return
    sizes, numbers = _nested(value, _MOST_NUMBERS)
    if sizes is not None:
        kinds = {type(number) for number in numbers}
        floats = torch.get_default_dtype()
        dtype = floats if float in kinds else torch.int64 if int in kinds else torch.bool
        yield "torch.tensor({0})", _empty(sizes, dtype)


def _nested(value: Any, most: int) -> tuple[tuple[int, ...] | None, list[Any]]:
    """Return the sizes of a list of lists, and its numbers; None where it is no such thing."""
    if type(value) in (bool, int, float):
        return (), [value]
    if not isinstance(value, list | tuple) or not value or len(value) > most:
        return None, []
    sizes: set[tuple[int, ...]] = set()
    numbers: list[Any] = []
    for item in value:
        inner, more = _nested(item, most - len(numbers))
        if inner is None:
            return None, []
        sizes.add(inner)
        numbers += more
        if len(sizes) > 1 or len(numbers) > most:
            return None, []
    (each,) = sizes
    return (len(value), *each), numbers


def _to_plain(value: Any, form: PlainForm) -> Iterator[tuple[str, object]]:
    if isinstance(value, Tensor) and value.numel() == 1 and value.device.type == "cpu":
        number = value.item()
        if is_plain(number, form.hint):
            yield "{0}.item()", number
    elif type(value).__module__ == "numpy" and getattr(value, "shape", None) == ():
        if is_plain(value.item(), form.hint):
            yield "{0}.item()", value.item()
    elif isinstance(value, float) and value.is_integer() and is_plain(int(value), form.hint):
        yield "int({0})", int(value)
    elif isinstance(value, list | tuple):
        for container in (list, tuple):
            if not isinstance(value, container) and is_plain(container(value), form.hint):
                yield f"{container.__name__}({{0}})", container(value)


def _empty(sizes: tuple[int, ...], dtype: torch.dtype) -> Tensor:
    return torch.empty(sizes, dtype=dtype, device="meta")
