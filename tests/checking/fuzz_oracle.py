"""What jaxtyping and beartype say of a call: the verdict that the guard must give.

Where the judge sees all of a call by itself, it is asked as any user would: by decorating a
function with the same annotations. Elsewhere every part of a value becomes a parameter of its own.
Two readings are ours, and the judge is asked accordingly: an expression may stand in front of the
axis that it reads (the parameter is moved behind it; within one tensor, the axes are shown without
expressions first), and an expression over an axis that this call binds nowhere is a refusal. Only
where a union of tensors is read before its axes are bound the judge has no verdict.
"""

import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from inspect import Parameter
from typing import Any

from beartype import BeartypeConf, beartype
from fuzz_calls import Call, Signature, Slot, build
from fuzz_specs import Leaf, Options, Part
from jaxtyping import AbstractArray, AnnotationError, TypeCheckError, jaxtyped

_beartype: Any = beartype(conf=BeartypeConf(is_pep484_tower=True))


class Verdict(Enum):
    ACCEPTED = "accepted"
    ARGUMENTS = "arguments refused"
    RESULT = "result refused"
    UNDECIDED = "undecided"


class Undecided(Exception):
    """The judge stops at an axis that nothing has bound, in a call with several readings."""


class Judged:
    """A signature as jaxtyping and beartype check it."""

    def __init__(self, signature: Signature) -> None:
        self.signature = signature
        self._ran = False
        self._result: object = None
        self._function: Any = None

    def direct(self, call: Call) -> Verdict | None:
        """Return the judge's own verdict; None where it has none or does not see everything."""
        if not _sees_everything(self.signature):
            return None
        if self._function is None:
            self._function = jaxtyped(typechecker=_beartype)(build(self.signature, self._body))
        self._ran, self._result = False, call.result
        positional, keywords = call.arguments(self.signature)
        try:
            self._function(*positional, **keywords)
        except TypeCheckError:
            return Verdict.RESULT if self._ran else Verdict.ARGUMENTS
        except AnnotationError:
            return None
        return Verdict.ACCEPTED

    def _body(self, arguments: dict[str, object]) -> object:
        self._ran = True
        return self._result


def by_parts(signature: Signature, call: Call) -> Verdict:
    """Return the verdict on all the parts of the call, in one system of axes."""
    named = {slot.name: slot.default for slot in signature.slots} | dict(call.values)
    leaves: list[Leaf] = []
    for slot in _binding_order(signature):
        if slot.gathered is not None and _is_checked(slot, call):
            chosen = _resolve(named, leaves, list(slot.gathered.parts(_value(slot, call))))
            if chosen is None:
                return Verdict.ARGUMENTS
            leaves = chosen
    returned = [] if signature.result is None else list(signature.result.parts(call.result))
    everything = _resolve(named, leaves, returned)
    if everything is not None and _accepts_in_order(named, everything):
        return Verdict.ACCEPTED
    if not _accepts(named, leaves):
        return Verdict.ARGUMENTS
    if everything is None or not _accepts(named, everything):
        return Verdict.RESULT
    return Verdict.ACCEPTED


def _sees_everything(signature: Signature) -> bool:
    variadic = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    return (
        all(spec.whole for spec in signature.specs())
        and all(slot.kind not in variadic for slot in signature.slots)
        and list(_binding_order(signature)) == list(signature.slots)
    )


def _binding_order(signature: Signature) -> Iterator[Slot]:
    """Put a parameter behind those that bind what its expressions read."""
    waiting, known = list(signature.slots), set[str]()
    while waiting:
        slot = next((s for s in waiting if _reads(s) <= known | _binds(s)), waiting[0])
        waiting.remove(slot)
        known |= _binds(slot)
        yield slot


def _reads(slot: Slot) -> set[str]:
    return set().union(*(a.reads() for a in slot.spec.axes())) if slot.spec else set()


def _binds(slot: Slot) -> set[str]:
    return set().union(*(a.binds() for a in slot.spec.axes())) if slot.spec else set()


def _value(slot: Slot, call: Call) -> Any:
    if slot.name in call.values or slot.default is not Parameter.empty:
        return call.values.get(slot.name, slot.default)
    return () if slot.kind is Parameter.VAR_POSITIONAL else {}


def _is_checked(slot: Slot, call: Call) -> bool:
    """Tell whether the judge looks: a default that fits is checked, `x: int = None` is not."""
    if slot.name in call.values or slot.default is Parameter.empty or slot.spec is None:
        return True
    return _accepts({}, [Leaf(slot.hint, slot.default, slot.hint)])


def _resolve(
    named: Mapping[str, Any], leaves: list[Leaf], parts: Sequence[Part]
) -> list[Leaf] | None:
    """Choose among options the first that fits, given what came before; None if none does."""
    for part in parts:
        if isinstance(part, Leaf):
            leaves = [*leaves, part]
            continue
        chosen = _choose(named, leaves, part)
        if chosen is None:
            return None
        leaves = chosen
    return leaves


def _choose(named: Mapping[str, Any], leaves: list[Leaf], options: Options) -> list[Leaf] | None:
    for member in options.members:
        extended = _resolve(named, leaves, member)
        if extended is not None and _fits_so_far(named, extended):
            return extended
    return None


def _fits_so_far(named: Mapping[str, Any], leaves: Sequence[Leaf]) -> bool:
    try:
        return _shown(named, leaves)
    except AnnotationError:
        raise Undecided from None


def _accepts(named: Mapping[str, Any], leaves: Sequence[Leaf]) -> bool:
    try:
        return _shown(named, leaves)
    except AnnotationError:
        if any(_is_ambiguous(leaf.hint) for leaf in leaves):
            raise Undecided from None
        bare = [Leaf(leaf.bare, leaf.value) for leaf in leaves]
    try:
        return _shown(named, [*bare, *leaves])
    except AnnotationError:
        return False


def _accepts_in_order(named: Mapping[str, Any], leaves: Sequence[Leaf]) -> bool:
    try:
        return _shown(named, leaves)
    except AnnotationError:
        return False


def _is_ambiguous(hint: Any) -> bool:
    members = (
        typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else ()
    )
    return sum(isinstance(m, type) and issubclass(m, AbstractArray) for m in members) > 1


def _shown(named: Mapping[str, Any], leaves: Sequence[Leaf]) -> bool:
    hints = tuple(leaf.hint for leaf in leaves)
    values = {f"leaf{i}": leaf.value for i, leaf in enumerate(leaves)}
    judge = _judge_of(tuple(named), hints)
    try:
        judge(**named, **values)
    except AnnotationError:
        raise
    except Exception:
        return False  # beartype's violation, or what an expression raises
    return True


@lru_cache(maxsize=256)
def _judge_of(names: tuple[str, ...], hints: tuple[Any, ...]) -> Any:
    leaves = {f"leaf{i}": hint for i, hint in enumerate(hints)}
    scope: dict[str, Any] = {}
    # beartype reads the code of a function, and not the signature that it claims to have.
    parameters = ", ".join(["*", *names, *leaves]) if names or leaves else ""
    exec(f"def function({parameters}): pass", scope)
    scope["function"].__annotations__ = leaves
    # The older way to combine them: the same checks, without the search for words to explain.
    return jaxtyped(_beartype(scope["function"]), typechecker=None)
