"""Calls by signature: arguments are held against what is declared, and the result is read off it.

    def heads_first(x: Float[Tensor, "b t h d"]) -> Float[Tensor, "b h t d"]

    heads_first(q)      q is "b t {heads} d": b = b, t = t, h = {heads}, d = d
                        the result is "b {heads} t d", and its second axis is h

The names of a signature are scoped to the call.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from mypy.argmap import map_actuals_to_formals
from mypy.nodes import CallExpr, MemberExpr
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    ProperType,
    TypeOfAny,
    TypeVarType,
    get_proper_type,
)

from typed_rope.mypy.alignment import aligned
from typed_rope.mypy.binding import Bindings, Misfit, bindable, fit
from typed_rope.mypy.equality import Facts
from typed_rope.mypy.flow.callables import callables
from typed_rope.mypy.flow.frame import Frame
from typed_rope.mypy.flow.learning import by_axes, learn, without
from typed_rope.mypy.flow.paths import path_of
from typed_rope.mypy.flow.symbols import symbols_in
from typed_rope.mypy.flow.types import value_of
from typed_rope.mypy.flow.written import written
from typed_rope.mypy.placeholders import without_placeholders
from typed_rope.mypy.results import instantiate, number_of
from typed_rope.mypy.values import UNKNOWN, Tensor, Value, Whole
from typed_rope.shapes import Size


@dataclass(frozen=True, slots=True)
class Passed:
    """An argument of a call, and the parameter that takes it."""

    number: int
    name: str | None
    declared: Value
    given: Value


@dataclass(slots=True)
class Attempt:
    """A call held against one signature."""

    signature: CallableType
    result: Value
    bindings: Bindings
    passed: Sequence[Passed]
    misfits: dict[int, tuple[Passed, Misfit]] = field(default_factory=dict)
    """What does not fit, by the number of the argument."""


def call_by_signature(
    frame: Frame,
    expression: CallExpr,
    given: Sequence[Value],
    kind: ProperType | None = None,
) -> Value:
    """Hold a call against the signature of what is called; tell what it gives.

    Of an overloaded function the first signature that fits is meant. What is called was followed
    before, if it is more than a name.
    """
    owner = expression.callee
    kind = kind or frame.type_of(owner)
    receiver = path_of(owner)
    if isinstance(owner, MemberExpr) and not isinstance(kind, Instance):
        receiver = path_of(owner.expr)
    possible = _possible(frame, expression, callables(kind))
    attempts = [
        _attempt(expression, signature, given, receiver, facts)
        for facts in (
            (frame.state.facts, without(frame)) if frame.learned else (frame.state.facts,)
        )
        for signature in possible
    ]
    if not attempts:
        return UNKNOWN
    attempt = next((a for a in attempts if not a.misfits), attempts[0])
    _report(frame, expression, attempt)
    _learn(frame, attempt)
    if isinstance(get_proper_type(attempt.signature.ret_type), TypeVarType):
        return _same_type(attempt.signature, given)
    return by_axes(frame, instantiate(attempt.result, attempt.bindings, _place(expression)))


def _learn(frame: Frame, attempt: Attempt) -> None:
    """Learn the numbers in braces from the axes of the arguments."""
    for argument in attempt.passed if not attempt.misfits else ():
        declared, given = argument.declared, argument.given
        if isinstance(declared, Tensor) and isinstance(given, Tensor):
            for one, other in aligned(declared.dims or (), given.dims or ()) or ():
                learn(frame, attempt.bindings.size(one.size), other)


def _place(expression: CallExpr) -> str:
    return f"{expression.line}.{expression.column}"


def _possible(
    frame: Frame, expression: CallExpr, signatures: list[CallableType]
) -> list[CallableType]:
    """Leave out the overloads that mypy did not choose, as their results are of other classes."""
    if len(signatures) < 2:
        return signatures
    result = frame.type_of(expression)
    wanted = result.type if isinstance(result, Instance) else type(result)
    kinds = [get_proper_type(signature.ret_type) for signature in signatures]
    same = [(kind.type if isinstance(kind, Instance) else type(kind)) == wanted for kind in kinds]
    takes = [_takes(expression, signature) for signature in signatures]
    return [s for s, fits, taken in zip(signatures, same, takes, strict=True) if fits and taken]


def _takes(expression: CallExpr, signature: CallableType) -> bool:
    actuals = {actual for formal in formals(expression, signature) for actual in formal}
    return len(actuals) == len(expression.args)


def formals(expression: CallExpr, signature: CallableType) -> list[list[int]]:
    """Tell for each parameter which arguments of a call it takes."""
    return map_actuals_to_formals(
        expression.arg_kinds,
        expression.arg_names,
        signature.arg_kinds,
        signature.arg_names,
        lambda number: AnyType(TypeOfAny.special_form),
    )


def _attempt(
    expression: CallExpr,
    signature: CallableType,
    given: Sequence[Value],
    receiver: str | None,
    facts: Facts,
) -> Attempt:
    passed = list(_passed(expression, signature, given))
    result = value_of(signature.ret_type, bindable, _place(expression))
    if len(passed) == 1:
        declared, result = without_placeholders(passed[0].declared, result)
        passed = [replace(passed[0], declared=declared)]
    numbers = dict(_numbers(passed, result, receiver))
    attempt = Attempt(signature, result, Bindings(numbers=numbers), passed)
    for _ in range(2):  # names that a later argument binds are known in the second round
        for argument in passed:
            if argument.number not in attempt.misfits:
                declared, value = argument.declared, argument.given
                misfit = fit(declared, value, attempt.bindings, facts)
                if misfit is not None:
                    attempt.misfits[argument.number] = (argument, misfit)
    return attempt


def _passed(
    expression: CallExpr, signature: CallableType, given: Sequence[Value]
) -> Iterator[Passed]:
    for formal, actuals in enumerate(formals(expression, signature)):
        name = signature.arg_names[formal]
        declared = value_of(signature.arg_types[formal], bindable, name or "")
        for actual in actuals:
            if not expression.arg_kinds[actual].is_star():
                yield Passed(actual, name, declared, given[actual])


def _numbers(
    passed: Sequence[Passed], result: Value, receiver: str | None
) -> Iterator[tuple[str, Size | None]]:
    """Tell what the numbers in braces are: `{n}` an argument, `{self.n}` the receiver's."""
    for argument in passed:
        if argument.name is not None and isinstance(argument.given, Whole):
            yield f"!{{{argument.name}}}", number_of(argument.given)
    declared = [result, *(argument.declared for argument in passed)]
    for symbol in {symbol for value in declared for symbol in symbols_in(value)}:
        if symbol.startswith("!{self.") and receiver is not None:
            yield symbol, Size.symbol(f"{{{receiver}.{symbol[len('!{self.') :]}")


def _report(frame: Frame, expression: CallExpr, attempt: Attempt) -> None:
    callee = written(expression.callee)
    fixes = {number: misfit.fix for number, (_, misfit) in attempt.misfits.items() if misfit.fix}
    fix = _repaired(expression, callee, fixes) if fixes else None
    for number, (argument, misfit) in attempt.misfits.items():
        sentence = f"{callee}: {argument.name or f'argument {number + 1}'} is {misfit.sentence}"
        last = number == max(fixes, default=-1)
        frame.report.finding(sentence, expression.args[number], misfit.code, fix if last else None)


def _repaired(expression: CallExpr, callee: str, fixes: dict[int, str]) -> str:
    texts = [
        f"{name}=" * bool(name) + written(argument) + fixes.get(number, "")
        for number, (argument, name) in enumerate(
            zip(expression.args, expression.arg_names, strict=True)
        )
    ]
    return f"{callee}({', '.join(texts)})"


def _same_type(signature: CallableType, given: Sequence[Value]) -> Value:
    """Tell what a function gives whose result has the type of an argument."""
    wanted = get_proper_type(signature.ret_type)
    places = [i for i, kind in enumerate(signature.arg_types) if get_proper_type(kind) == wanted]
    if len(places) == 1 and places[0] < len(given):
        value = given[places[0]]
        return value if isinstance(value, Tensor) else UNKNOWN
    return UNKNOWN
