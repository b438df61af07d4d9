"""Judge a rule by torch: the call is made with numbers, and the rule's result must be its result.

An axis of which the rule says nothing fits every size. Where torch refuses a call of plain axes,
the rule refuses it too or says nothing; where the rule refuses, torch refuses in some world: the
promise of a signature is to hold in all of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from hypothesis import assume
from made_real import Impossible, called, forms

from drawn import Case, Trial, World
from typed_rope.mypy.equality import is_unknown, is_value
from typed_rope.mypy.rules import RULES
from typed_rope.mypy.rules.rule import Known, Refused, Unsure
from typed_rope.mypy.values import (
    Axis,
    Dims,
    Either,
    Items,
    Many,
    Repeated,
    Rest,
    Tensor,
    Value,
    Whole,
)
from typed_rope.shapes import Size


def asked(name: str, case: Case) -> Value | Refused | None:
    """Ask the rule; None where it is unsure."""
    try:
        return RULES[name](case.positional, case.named, Known())
    except Refused as refused:
        return refused
    except Unsure:
        return None


def judge(name: str, trial: Trial, case: Case, first: World, others: Sequence[World]) -> str:
    """Compare a rule with torch; tell which of the outcomes it was.

    Raises: AssertionError if they contradict each other.
    """
    answer = asked(name, case)
    form = _form(name, trial, case, first)
    try:
        result = called(form, case, first, trial.device)
        if isinstance(answer, Refused):
            return _judge_refusal(answer, form, case, trial, (first, *others))
        if result is None:
            lenient = trial.lenient or answer is None or not plain(case) or not definite(answer)
            assert lenient, f"torch refuses {case}, the rule says {answer}"
            return "missed" if plain(case) else "refused"
    except Impossible:
        assume(False)
    if answer is None:
        return "unsure"
    assert fits(answer, result, first), (
        f"{case} in {first}: {_told(result)}, the rule says {answer}"
    )
    if trial.labelled:
        assert_labels(answer, labels(case), case)
    return "definite" if definite(answer) else "unsure"


def _form(name: str, trial: Trial, case: Case, world: World) -> Callable[..., Any]:
    choices = forms(name, trial)
    subject = next(iter(case.positional), None)
    if not isinstance(subject, Tensor) and len(choices) > 1:
        choices = choices[1:]
    return choices[world.pick % len(choices)]


def _judge_refusal(
    answer: Refused, form: Callable[..., Any], case: Case, trial: Trial, worlds: Sequence[World]
) -> str:
    if answer.code == "layout":
        return "layout"
    refused = any(called(form, case, world, trial.device) is None for world in worlds)
    assert refused, f"torch accepts {case}, the rule refuses: {answer.sentence}"
    return "caught" if plain(case) else "refused"


def _told(result: Any) -> str:
    return str(tuple(result.shape)) if isinstance(result, torch.Tensor) else str(result)


def axes_in(value: object) -> Iterator[Axis | Many]:
    """Yield every axis of the tensors in a value, and every size as one."""
    if isinstance(value, Tensor):
        yield from value.dims or ()
    elif isinstance(value, Whole):
        yield Axis(value.size, value.label)
    elif isinstance(value, Items):
        for one in value.values:
            yield from axes_in(one)
    elif isinstance(value, Rest):
        yield value.many


def plain(case: Case) -> bool:
    """Tell whether every tensor's axes are formulas of axis names, so that all is decided."""
    values = (*case.positional, *case.named.values())
    tensors = [value for value in values if isinstance(value, Tensor | Items)]
    return all(
        isinstance(axis, Axis) and axis.size is not None and _decided(axis.size.symbols())
        for value in tensors
        for axis in axes_in(value)
        if not (isinstance(value, Items) and isinstance(axis, Axis) and not _symbols(axis))
    )


def _symbols(axis: Axis) -> frozenset[str]:
    return axis.size.symbols() if axis.size is not None else frozenset({"?"})


def _decided(symbols: frozenset[str]) -> bool:
    return bool(symbols) and not any(is_value(one) or is_unknown(one) for one in symbols)


def definite(answer: Value | None) -> bool:
    """Tell whether an answer says every size."""
    match answer:
        case Tensor(dims=dims):
            return dims is not None and all(
                isinstance(one, Many) or one.size is not None for one in dims
            )
        case Items(values=values):
            return all(not isinstance(one, Rest) and definite(one) for one in values)
        case Repeated(value=value):
            return definite(value)
        case Whole(size=size):
            return size is not None
        case Either(values=values):
            return all(map(definite, values))
    return False


def fits(answer: "Value | Rest", result: Any, world: World) -> bool:
    """Tell whether an answer is true of what torch returned."""
    match answer:
        case Tensor(dims=dims, dtypes=dtypes):
            if not isinstance(result, torch.Tensor):
                return False
            dtype = str(result.dtype).removeprefix("torch.")
            known = dims is None or _fit_shape(dims, tuple(result.shape), world)
            return known and (dtypes is None or dtype in dtypes)
        case Items(values=values):
            pairs = zip(values, result, strict=True)
            return len(values) == len(result) and all(fits(a, r, world) for a, r in pairs)
        case Repeated(value=value):
            return all(fits(value, one, world) for one in result)
        case Whole(size=size):
            return size is None or bool(size.evaluate(world.sizes) == result)
        case Either(values=values):
            return any(fits(one, result, world) for one in values)
    return True


def _fit_shape(dims: Dims, shape: tuple[int, ...], world: World) -> bool:
    for place, one in enumerate(dims):
        if isinstance(one, Many):
            after = len(dims) - place - 1
            many = shape[place : len(shape) - after]
            named = one.name is None or many == world.many
            rest = shape[len(shape) - after :] if after else ()
            return (
                named and len(shape) >= len(dims) - 1 and _fit_shape(dims[place + 1 :], rest, world)
            )
        if place >= len(shape) or not _fit_size(one, shape[place], world):
            return False
    return len(dims) == len(shape)


def _fit_size(axis: Axis, size: int, world: World) -> bool:
    if axis.size is None or axis.size.symbols() - world.sizes.keys():
        return True
    return axis.size.evaluate(world.sizes) == size or (axis.broadcast and size == 1)


def labels(case: Case) -> dict[Size, str | None]:
    """Tell which label an axis of a size has; None where several could have it."""
    found: dict[Size, str | None] = {}
    for value in (*case.positional, *case.named.values()):
        for one in axes_in(value):
            if isinstance(one, Axis) and one.size is not None and one.size.symbols():
                label = one.label
                found[one.size] = label if found.get(one.size, label) == label else None
    return found


def assert_labels(answer: "Value | Rest", expected: Mapping[Size, str | None], case: Case) -> None:
    """Hold that axes of the result carry the labels that axes of their sizes came with."""
    if isinstance(answer, Items):
        for one in answer.values:
            assert_labels(one, expected, case)
    for axis in axes_in(answer) if isinstance(answer, Tensor) else ():
        label = expected.get(axis.size) if isinstance(axis, Axis) and axis.size else None
        if label is not None and isinstance(axis, Axis):
            assert axis.label == label, f"{case}: {axis!r} should be {label}"
