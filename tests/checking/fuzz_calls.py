"""Random signatures with all kinds of parameters, and calls of them."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from inspect import Parameter
from random import Random
from typing import Any

from fuzz_axes import Config, Scene
from fuzz_drawing import draw_spec, draw_tensor_spec
from fuzz_specs import DictSpec, ItemsSpec, PlainSpec, Spec

_NOTHING = Parameter.empty
_ONE = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
_KINDS = (*_ONE[:2], Parameter.VAR_POSITIONAL, _ONE[2], Parameter.VAR_KEYWORD)


@dataclass(frozen=True)
class Slot:
    """One parameter."""

    name: str
    kind: Any
    spec: Spec | None  # None: not annotated
    default: Any = _NOTHING

    @property
    def hint(self) -> Any:
        return _NOTHING if self.spec is None else self.spec.hint

    @property
    def gathered(self) -> Spec | None:
        """The spec of the whole argument: of `*x: T` it is `tuple[T, ...]`."""
        if self.spec is None or self.kind in _ONE:
            return self.spec
        if self.kind is Parameter.VAR_POSITIONAL:
            return ItemsSpec(tuple, self.spec)
        return DictSpec(self.spec)


@dataclass(frozen=True)
class Signature:
    slots: tuple[Slot, ...]
    result: Spec | None

    def specs(self) -> list[Spec]:
        specs = [slot.spec for slot in self.slots]
        return [spec for spec in [*specs, self.result] if spec is not None]

    def readable(self) -> bool:
        """Tell whether something binds every name that an expression reads."""
        slots = [axes for s in self.slots if s.spec is not None for axes in s.spec.axes()]
        result = [] if self.result is None else self.result.axes()
        bound: set[str] = set().union(*(axes.binds() for axes in slots))
        everything = bound.union(*(axes.binds() for axes in result))
        return all(axes.reads() <= bound for axes in slots) and all(
            axes.reads() <= everything for axes in result
        )


@dataclass(frozen=True)
class Call:
    """Parameter -> value (missing: left to its default), and what the function returns."""

    values: Mapping[str, Any]
    result: Any

    def arguments(self, signature: Signature) -> tuple[list[Any], dict[str, Any]]:
        """Write the values as positional arguments and keywords."""
        positional: list[Any] = []
        keywords: dict[str, Any] = {}
        for slot in signature.slots:
            if slot.name not in self.values:
                continue
            value = self.values[slot.name]
            if slot.kind is Parameter.VAR_POSITIONAL:
                positional += value
            elif slot.kind is Parameter.VAR_KEYWORD:
                keywords |= value
            elif slot.kind is Parameter.KEYWORD_ONLY or _has_gap(signature, self.values, slot):
                keywords[slot.name] = value
            else:
                positional.append(value)
        return positional, keywords


def draw_signature(random: Random) -> Signature:
    """Draw signatures until one can be read."""
    while True:
        signature = _draw_signature(random)
        if signature.readable():
            return signature


def _draw_signature(random: Random) -> Signature:
    specs: list[tuple[str, Spec | None]] = [
        (name, draw_spec(random)) for name in "xyzuw"[: random.choice([1, 2, 2, 3, 3, 4, 5])]
    ]
    result = random.choice([None, draw_spec(random), draw_tensor_spec(random)])
    drawn = [spec for _, spec in specs if spec is not None] + ([result] if result else [])
    fields = {field for spec in drawn for axes in spec.axes() for field in axes.fields()}
    if "n" in fields:
        number = random.choice([None, PlainSpec(int, [], [])])
        specs.insert(random.randint(0, len(specs)), ("n", number))
    if "cfg.heads" in fields:
        config = random.choice([None, PlainSpec(Config, [], [])])
        specs.insert(random.randint(0, len(specs)), ("cfg", config))
    return Signature(_draw_slots(random, specs), result)


def _draw_slots(random: Random, specs: list[tuple[str, Spec | None]]) -> tuple[Slot, ...]:
    weights = random.choice([(0, 1, 0, 0, 0), (2, 5, 1, 3, 1)])
    slots: list[Slot] = []
    for name, spec in specs:
        (kind,) = random.choices(_KINDS, weights)
        if kind not in _ONE and (name in ("n", "cfg") or any(s.kind is kind for s in slots)):
            kind = Parameter.KEYWORD_ONLY
        slots.append(Slot(name, kind, spec))
    slots.sort(key=lambda slot: slot.kind)
    return tuple(_with_defaults(random, slots))


def _with_defaults(random: Random, slots: list[Slot]) -> list[Slot]:
    chosen: list[Slot] = []
    behind = False  # a parameter behind one with a default needs one too
    for slot in slots:
        positional = slot.kind < Parameter.VAR_POSITIONAL
        if slot.kind in _ONE and ((behind and positional) or random.random() < 0.15):
            fitting = slot.spec.good if isinstance(slot.spec, PlainSpec) else []
            default = random.choice(fitting or [None])
            slot = replace(slot, default=default)
            behind = behind or positional
        chosen.append(slot)
    return chosen


def draw_call(signature: Signature, scene: Scene) -> Call:
    values: dict[str, Any] = {}
    for slot in signature.slots:
        if slot.default is not _NOTHING and scene.random.random() < 0.5:
            continue
        value = _draw_value(slot, scene)
        if value is not slot.default:
            values[slot.name] = value
    for slot in signature.slots:
        if _has_gap(signature, values, slot):
            if slot.kind is Parameter.VAR_POSITIONAL:
                values[slot.name] = ()
            elif slot.kind is Parameter.POSITIONAL_ONLY:
                values.pop(slot.name, None)
    result = None if signature.result is None else signature.result.draw(scene)
    return Call(values, result)


def _has_gap(signature: Signature, values: Mapping[str, Any], slot: Slot) -> bool:
    before = signature.slots[: signature.slots.index(slot)]
    return any(other.name not in values for other in before)


def _draw_value(slot: Slot, scene: Scene) -> Any:
    if slot.name in ("n", "cfg"):
        return scene.arguments[slot.name]
    if slot.spec is None:
        return None
    if slot.kind in _ONE:
        return slot.spec.draw(scene)
    values = [slot.spec.draw(scene) for _ in range(scene.random.choice([0, 1, 2]))]
    if slot.kind is Parameter.VAR_POSITIONAL:
        return tuple(values)
    return {f"key{i}": value for i, value in enumerate(values)}


def build(signature: Signature, body: Callable[[dict[str, Any]], Any]) -> Any:
    """Make a new function with these parameters and annotations; `body` gets its arguments."""
    parameters = [
        Parameter(slot.name, slot.kind, annotation=slot.hint, default=slot.default)
        for slot in signature.slots
    ]
    names: dict[str, Any] = {"body": body}
    written = inspect.Signature(
        [p.replace(annotation=_NOTHING, default=_NOTHING) for p in parameters]
    )
    exec(f"def fuzzed{written}:\n    return body(locals())", names)
    function = names["fuzzed"]
    given = [p for p in parameters if p.default is not _NOTHING]
    ordered = [p.default for p in given if p.kind is not Parameter.KEYWORD_ONLY]
    function.__defaults__ = tuple(ordered)
    function.__kwdefaults__ = {p.name: p.default for p in given if p.kind is p.KEYWORD_ONLY}
    hints = {p.name: p.annotation for p in parameters if p.annotation is not _NOTHING}
    result = {} if signature.result is None else {"return": signature.result.hint}
    function.__annotations__ = hints | result
    return function
