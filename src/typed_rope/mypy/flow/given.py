"""The arguments of a call: each is followed once, whatever then looks at the call."""

from collections.abc import Mapping
from dataclasses import dataclass

from mypy.nodes import ARG_NAMED, ARG_POS, ARG_STAR, CallExpr

from typed_rope.mypy.flow.expressions import evaluate
from typed_rope.mypy.flow.frame import Frame
from typed_rope.mypy.values import Items, Value


@dataclass(frozen=True, slots=True)
class Given:
    """What a call is given."""

    values: tuple[Value, ...]
    """One for each argument that is written, in order."""
    positional: tuple[Value, ...] | None
    """Those by position; None where some are passed by `*` and cannot be counted."""
    named: Mapping[str, Value]


def given(frame: Frame, call: CallExpr) -> Given:
    """Follow the arguments of a call."""
    values = tuple(evaluate(frame, argument) for argument in call.args)
    positional: list[Value] | None = []
    named: dict[str, Value] = {}
    for value, kind, name in zip(values, call.arg_kinds, call.arg_names, strict=True):
        if kind == ARG_POS and positional is not None:
            positional.append(value)
        elif kind == ARG_NAMED and name is not None:
            named[name] = value
        elif kind == ARG_STAR and isinstance(value, Items) and positional is not None:
            positional += value.values  # type: ignore[arg-type] # a rule knows what a Rest is
        else:
            positional = None
    return Given(values, None if positional is None else tuple(positional), named)
