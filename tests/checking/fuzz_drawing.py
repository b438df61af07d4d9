"""How often each kind of annotation is drawn."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from typing import Any, Literal, NamedTuple

from fuzz_axes import Axes, Config, draw_axes, draw_family
from fuzz_specs import (
    DictSpec,
    ItemsSpec,
    PlainSpec,
    RecordSpec,
    Spec,
    TensorSpec,
    TupleSpec,
    UnionSpec,
)

_PLAIN: tuple[tuple[Any, list[Any], list[Any]], ...] = (
    (int, [3, -1, True], ["3", 1.5, None]),
    (float, [1.5, 2], ["1", None, 1j]),
    (str, ["s", ""], [1, None, b"s"]),
    (bool, [True, False], [1, None]),
    (Literal["one", "two"], ["one", "two"], ["three", 1, None, ["one"]]),
    (Literal["one", 2], ["one", 2], [3, None]),
    (bool | None, [True, None], [0, "yes"]),
    (Sequence[int], [[1, 2], (3,), []], [["a"], 1, None, "ab"]),
    (list[str], [["a"], []], [("a",), [1]]),
    (tuple[int, str], [(1, "a")], [(1,), ("a", 1), [1, "a"]]),
    (dict[str, int], [{"a": 1}, {}], [{"a": "b"}, {1: 1}, [1]]),
    (Callable[..., int], [len, int], [1, None]),
    (type(None), [None], [0, "None"]),
    (Config, [Config(2)], [2, None]),
    (Any, [1, None, "x"], []),
)


def draw_spec(random: Random, depth: int = 0) -> Spec:
    kind = random.random() * (1.0 if depth == 0 else 0.8 if depth == 1 else 0.55)
    if kind < 0.5:
        return draw_tensor_spec(random)
    if kind < 0.6:
        return PlainSpec(*random.choice(_PLAIN)) if depth == 0 else draw_tensor_spec(random)
    if kind < 0.75:
        return _draw_union(random, depth)
    if kind < 0.82:
        return ItemsSpec(random.choice([list, tuple, Sequence, Iterable]), _inner(random, depth))
    if kind < 0.88:
        return TupleSpec(tuple(_inner(random, depth) for _ in range(random.choice([1, 2, 2, 3]))))
    if kind < 0.92:
        return DictSpec(_inner(random, depth), random.choice([dict, Mapping]))
    return _draw_record(random, depth)


def draw_tensor_spec(random: Random, *, computed: bool = True) -> TensorSpec:
    axes = draw_axes(random)
    while not computed and axes.reads():
        axes = draw_axes(random)
    return TensorSpec(draw_family(random), axes)


def _inner(random: Random, depth: int) -> Spec:
    return draw_spec(random, depth + 1)


def _draw_union(random: Random, depth: int) -> Spec:
    none = PlainSpec(type(None), [None], [0])
    number = PlainSpec(float, [1.5, 2], ["1"])
    # Where one of two is read before its axes are bound, the judge has no verdict: not too often.
    computed = random.random() < 0.2
    first, second = (draw_tensor_spec(random, computed=computed) for _ in range(2))
    match random.randrange(6):
        case 0 | 1:
            return UnionSpec((first, none))
        case 2:
            return UnionSpec((first, second))
        case 3:
            return UnionSpec((number, TensorSpec("Float", Axes(()))))
        case 4:
            return UnionSpec((first, second, random.choice([none, number])))
        case _:
            return UnionSpec((_inner(random, depth), _inner(random, depth)))


def _draw_record(random: Random, depth: int) -> Spec:
    fields = {name: _inner(random, depth) for name in ("k", "v")[: random.choice([1, 2, 2])]}
    hints = [(name, spec.hint) for name, spec in fields.items()] + [("n", Any), ("cfg", Any)]
    if random.random() < 0.5:
        # A NamedTuple that is made at run time has a syntax that mypy cannot follow.
        make: Any = NamedTuple
        return RecordSpec(make("Pair", hints), fields)
    return RecordSpec(dataclasses.make_dataclass("State", hints), fields)
