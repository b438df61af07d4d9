"""Classes whose instances are checked: dataclasses and NamedTuples.

What counts are the fields of the finished instance, which may differ from what the caller handed
over: `__post_init__` may have changed them. Where there is one, the arguments are checked before it
runs as well, so that it meets what it was written for.
"""

import dataclasses
import inspect
from collections.abc import Iterable, Mapping
from types import FrameType
from typing import Any, cast

from typed_rope.checking.boundary import Boundary, Parameter, make_boundary, reads
from typed_rope.checking.forms import Form, Unset, holds_tensors, is_named_tuple, may_be_unset
from typed_rope.checking.hints import class_hints
from typed_rope.checking.reading import form_of
from typed_rope.checking.wrapper import definition_line, make_constructor


def typed_record(cls: type, frame: FrameType, *, shapes_only: bool = False) -> type:
    """Check every instance of `cls` when it is made; `frame` is where it is defined.

    With `shapes_only`, fields without tensors are left alone.
    """
    hints = class_hints(cls, frame)
    given = None
    if dataclasses.is_dataclass(cls):
        constructor = "__init__"
        fields = dataclasses.fields(cls)
        names = tuple(field.name for field in fields)
        defaults = {f.name: f.default for f in fields if f.default is not dataclasses.MISSING}
        if hasattr(cls, "__post_init__"):
            given = _given_boundary(cls, hints, frame, shapes_only=shapes_only)
    elif is_named_tuple(cls):
        constructor = "__new__"
        names = tuple(cast(Any, cls)._fields)
        defaults = dict(cast(Any, cls)._field_defaults)
        # The original builds the tuple without __new__; `_replace` goes through it too.
        cast(Any, cls)._make = classmethod(_make)
    else:
        raise TypeError(
            f"typed: {cls.__qualname__} is neither a dataclass nor a NamedTuple. Decorate the "
            "methods of a class (forward of a module); put @typed above @dataclass."
        )
    # An instance inside an instance of the class has axes of its own, as in every call.
    forms = {n: form_of(hints[n], frame, inside=(cls,)) for n in names if n in hints}
    parameters = [Parameter(name, form) for name, form in forms.items()]
    if shapes_only:
        parameters = [p for p in parameters if holds_tensors(p.form)]
    original = cls.__dict__.get(constructor) or getattr(cls, constructor)
    # As a dataclass does it, where a field has the name of the instance.
    instance = "__dataclass_self__" if "self" in names else "self"
    names = (instance, *names)
    boundary = make_boundary(cls.__qualname__, names, parameters, None, _signature(original))
    boundary = _but_unset(boundary.but(defaults), cls)
    filename = frame.f_code.co_filename
    line = definition_line(filename, frame.f_lineno)
    checked = make_constructor(original, boundary, given, filename, line)
    # By these `no_type_check`, put above, knows a function of the class: not by a NamedTuple's own.
    checked.__module__, checked.__qualname__ = cls.__module__, f"{cls.__qualname__}.{constructor}"
    setattr(cls, constructor, checked)
    return cls


def _but_unset(boundary: Boundary, cls: type) -> Boundary:
    """Leave fields alone that may not be set yet."""
    unset = dict.fromkeys(may_be_unset(cls), Unset)
    return dataclasses.replace(boundary, unchecked={**boundary.unchecked, **unset})


def _given_boundary(
    cls: Any, hints: Mapping[str, Any], frame: FrameType, *, shapes_only: bool
) -> Boundary:
    """Read what the arguments must be; a form that reads `self` can only be checked later."""
    signature = inspect.signature(cls.__init__)
    forms: dict[str, Form] = {}
    for name in signature.parameters:
        hint = hints.get(name, Any)
        hint = hint.type if isinstance(hint, dataclasses.InitVar) else hint
        form = form_of(hint, frame, inside=(cls,))
        if "self" not in reads(form) and (holds_tensors(form) or not shapes_only):
            forms[name] = form
    parameters = [Parameter(name, form) for name, form in forms.items()]
    names = tuple(signature.parameters)
    boundary = make_boundary(cls.__qualname__, names, parameters, None, _signature(cls.__init__))
    given = signature.parameters.values()
    return boundary.but({p.name: p.default for p in given if p.default is not p.empty})


def _signature(constructor: Any) -> inspect.Signature:
    """Return what the caller of the class hands over: all but the instance, or the class."""
    signature = inspect.signature(getattr(constructor, "__func__", constructor))
    return signature.replace(parameters=list(signature.parameters.values())[1:])


def _make(cls: Any, values: Iterable[object]) -> Any:
    """Make a new instance from a sequence of values."""
    return cls(*values)
