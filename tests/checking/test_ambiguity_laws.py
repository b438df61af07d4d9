"""Which axes a call could not have told apart, and which sizes would have told them apart."""

import dataclasses
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
import torch
from jaxtyping import Float
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.symbolic_shapes import ShapeEnv

from typed_rope.checking import typed
from typed_rope.checking.ambiguity import (
    Ambiguity,
    AmbiguityWatcher,
    AmbiguousShapeWarning,
    ambiguities,
)
from typed_rope.checking.watching import watched

Found = tuple[str, tuple[str, str], int]


def tensors(*sizes: tuple[int, ...]) -> tuple[Tensor, ...]:
    return tuple(torch.ones(one) for one in sizes)


def findings(function: Callable[..., Any], *arguments: object) -> list[Found]:
    function(*arguments)
    found = ambiguities(function.__boundary__, arguments)  # type: ignore[attr-defined]  # the wrapper has it
    assert found == ambiguities(function.__boundary__, arguments)  # type: ignore[attr-defined]  # as above
    assert {ambiguity.function for ambiguity in found} <= {function.__name__}
    return [(ambiguity.argument, ambiguity.axes, ambiguity.size) for ambiguity in found]


@typed
def alone(x: Float[Tensor, "b h t d"]) -> None: ...
@typed
def table(x: Float[Tensor, "b h t d"], cos: Float[Tensor, "t d/2"]) -> None: ...
@typed
def scores(q: Float[Tensor, "b h t d"], k: Float[Tensor, "b h s d"]) -> None: ...
@typed
def biased(
    q: Float[Tensor, "b h t d"], k: Float[Tensor, "b h s d"], bias: Float[Tensor, "t s"]
) -> None: ...
@typed
def values(k: Float[Tensor, "b g s d"], v: Float[Tensor, "b g s e"]) -> None: ...
@typed
def around(x: Float[Tensor, "a b *rest c d"]) -> None: ...
@typed
def shared(x: Float[Tensor, "t d"], y: Float[Tensor, "#t e"]) -> None: ...
@typed
def several(xs: list[Float[Tensor, "t d"]], y: Float[Tensor, " d"] | None) -> None: ...


CASES: list[tuple[Callable[..., Any], tuple[Any, ...], list[Found]]] = [
    (alone, ((2, 3, 5, 8),), []),
    (alone, ((2, 2, 5, 8),), [("x", ("b", "h"), 2)]),
    (alone, ((2, 3, 5, 2),), [("x", ("b", "d"), 2)]),
    (alone, ((1, 1, 5, 8),), [("x", ("b", "h"), 1)]),
    (alone, ((2, 3, 3, 2),), [("x", ("b", "d"), 2), ("x", ("h", "t"), 3)]),
    (
        alone,
        ((3, 3, 5, 3),),
        [("x", ("b", "h"), 3), ("x", ("b", "d"), 3), ("x", ("h", "d"), 3)],
    ),
    (table, ((2, 5, 5, 8), (5, 4)), []),
    (table, ((2, 3, 8, 8), (8, 4)), [("x", ("t", "d"), 8)]),
    (table, ((2, 2, 5, 8), (5, 4)), [("x", ("b", "h"), 2)]),
    (scores, ((2, 3, 5, 8), (2, 3, 5, 8)), []),
    (scores, ((2, 3, 3, 8), (2, 3, 5, 8)), []),
    (scores, ((3, 3, 5, 8), (3, 3, 7, 8)), [("q", ("b", "h"), 3)]),
    (biased, ((2, 3, 5, 8), (2, 3, 5, 8), (5, 5)), []),
    (values, ((2, 3, 3, 8), (2, 3, 3, 4)), [("k", ("g", "s"), 3)]),
    (values, ((2, 3, 7, 7), (2, 3, 7, 4)), []),
    (around, ((3, 5, 2, 4, 6),), []),
    (around, ((3, 5, 7, 7, 4, 6),), []),
    (around, ((3, 5, 4, 3),), [("x", ("a", "d"), 3)]),
    (around, ((3, 5, 2, 7, 5, 6),), [("x", ("b", "c"), 5)]),
    (around, ((3, 5, 2, 7, 4, 4),), [("x", ("c", "d"), 4)]),
    (shared, ((5, 5), (5, 8)), []),
    (shared, ((5, 5), (1, 8)), [("x", ("t", "d"), 5)]),
]


@pytest.mark.parametrize(("function", "sizes", "expected"), CASES)
def test_two_names_of_one_tensor_with_one_size_are_a_finding_unless_another_tensor_pins_one(
    function: Callable[..., Any], sizes: tuple[tuple[int, ...], ...], expected: list[Found]
) -> None:
    assert findings(function, *tensors(*sizes)) == expected


def test_what_is_no_plain_name_is_no_finding() -> None:
    @typed
    def function(x: Float[Tensor, "4 t _ #h *b"], d: Float[Tensor, " d"]) -> None: ...

    assert findings(function, torch.ones(4, 4, 4, 4, 4), torch.ones(4)) == []


def test_an_axis_that_an_argument_pins_is_no_finding() -> None:
    @typed
    def heads(x: Float[Tensor, "t h={n} d"], n: int) -> None: ...

    assert findings(heads, torch.ones(3, 3, 8), 3) == []
    assert findings(heads, torch.ones(8, 3, 8), 3) == [("x", ("t", "d"), 8)]


@pytest.mark.parametrize("items", [1, 2])
def test_tensors_in_a_list_are_tensors_of_the_call(items: int) -> None:
    assert findings(several, [torch.ones(5, 5)] * items, None) == [("xs[0]", ("t", "d"), 5)]
    assert findings(several, [torch.ones(5, 5)] * items, torch.ones(5)) == []


def test_each_call_is_judged_by_its_own_sizes() -> None:
    assert findings(several, [torch.ones(5, 7)], None) == []
    assert findings(several, [torch.ones(5, 5)], None) == [("xs[0]", ("t", "d"), 5)]
    assert findings(several, [torch.ones(6, 6)], None) == [("xs[0]", ("t", "d"), 6)]
    assert findings(several, [], None) == []


@typed
@dataclass
class Pair:
    x: Float[Tensor, "t d"]
    cos: Float[Tensor, " t"] | None = None


class Both(NamedTuple):
    x: Float[Tensor, "t d"]
    scale: float = 1.0


@typed
def of_pair(pair: Pair) -> None: ...
@typed
def of_both(both: Both) -> None: ...
@typed
def of_mapping(tables: dict[str, Float[Tensor, "t d"]]) -> None: ...


@pytest.mark.parametrize(
    ("function", "make", "path"),
    [(of_pair, Pair, "pair.x"), (of_both, Both, "both.x"), (of_mapping, dict, "tables['x']")],
)
def test_tensors_in_records_and_mappings_are_tensors_of_the_call(
    function: Callable[..., Any], make: Callable[..., object], path: str
) -> None:
    assert findings(function, make(x=torch.ones(5, 5))) == [(path, ("t", "d"), 5)]
    assert findings(function, make(x=torch.ones(5, 7))) == []


def test_another_field_of_a_record_pins_an_axis() -> None:
    assert findings(of_pair, Pair(torch.ones(5, 5), torch.ones(5))) == []


APART: list[tuple[Callable[..., Any], tuple[Any, ...], tuple[int, int]]] = [
    (alone, ((3, 3, 5, 8),), (3, 4)),
    (alone, ((4, 4, 5, 8),), (4, 6)),
    (alone, ((1, 1, 5, 8),), (2, 3)),
    (table, ((2, 3, 8, 8), (8, 4)), (9, 8)),
]


@pytest.mark.parametrize(("function", "sizes", "apart"), APART)
def test_the_sizes_that_are_proposed_tell_the_axes_apart(
    function: Callable[..., Any], sizes: tuple[tuple[int, ...], ...], apart: tuple[int, int]
) -> None:
    (found,) = ambiguities(function.__boundary__, tensors(*sizes))  # type: ignore[attr-defined]  # the wrapper has it
    assert found.apart == apart


def test_a_finding_says_what_to_do() -> None:
    (found,) = ambiguities(alone.__boundary__, tensors((2, 2, 5, 8)))  # type: ignore[attr-defined]  # as above
    assert str(found) == (
        "alone: b and h of x both had size 2, and this call could not have told them apart. "
        "Choose different sizes, for example b = 2, h = 3."
    )


def test_a_finding_cannot_change() -> None:
    found = Ambiguity("alone", "x", ("b", "h"), 2, (2, 3))
    for field in dataclasses.fields(found):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(found, field.name, None)


def test_a_watcher_warns_once_for_each_pair_at_the_line_of_the_call() -> None:
    with watched(AmbiguityWatcher()), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        alone(torch.ones(2, 3, 5, 8))
        alone(torch.ones(2, 3, 3, 2))
    assert [(w.category, w.filename) for w in caught] == [(AmbiguousShapeWarning, __file__)] * 2
    assert [str(w.message)[:17] for w in caught] == ["alone: b and d of", "alone: h and t of"]


def test_programs_are_not_warned() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        alone(torch.ones(2, 2, 2, 2))


def test_sizes_that_are_symbols_are_not_compared() -> None:
    symbols = ShapeEnv()
    x = FakeTensorMode(shape_env=symbols).from_tensor(torch.zeros(7, 7, 7, 7))
    assert type(x.shape[0]).__name__ == "SymInt"
    assert findings(alone, x) == []
    assert symbols.guards == []
