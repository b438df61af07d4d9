"""What a guard proves of tensors inside of containers and records, without asking the judge."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any, NamedTuple, NotRequired, TypeAlias, TypedDict, cast

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, typed
from typed_rope.checking.boundary import function_boundary
from typed_rope.checking.guard import Guards, make_guards

A, B = 2, 3
ROW, OTHER = torch.zeros(A), torch.zeros(B)
BOTH, TURNED = torch.zeros(A, B), torch.zeros(B, A)
Row: TypeAlias = Float[Tensor, " a"]
Column: TypeAlias = Float[Tensor, " b"]
Table: TypeAlias = Float[Tensor, "a b"]


class Pair(NamedTuple):
    x: Row
    y: Column


@dataclass
class State:
    x: Row
    size: int
    y: Float[Tensor, " {size}"] | None = None


@dataclass
class Late:
    x: Row
    y: Column = field(init=False)


class Keys(TypedDict):
    x: Row
    name: str
    y: NotRequired[Column]


def annotated(**hints: Any) -> FunctionType:
    """Make a function that tells what it was given first, under these annotations."""
    names = [name for name in hints if name != "return"]
    function: FunctionType = eval(f"lambda {', '.join(names)}: {names[0]}")
    function.__annotations__ = hints
    return function


def guards(**hints: Any) -> Guards:
    return make_guards(function_boundary(annotated(**hints), None))


def late(x: Tensor, y: Any = None) -> Late:
    made = Late(x)
    if y is not None:
        made.y = y
    return made


def number(rows: Iterable[Tensor]) -> Iterable[Tensor]:
    yield from rows


# The hint of p, beside `q: Float[Tensor, "a b"]` of sizes 2 and 3: what fits, and what does not.
CASES: dict[str, tuple[Any, list[Any], list[Any]]] = {
    "list": (list[Row], [[], [ROW], [ROW, ROW]], [(ROW,), ROW, [OTHER], [ROW, OTHER], None]),
    "set": (set[Row], [set(), {ROW}], [[ROW], {OTHER}]),
    "tuple of any length": (
        tuple[Row, ...], [(), (ROW,), (ROW, ROW)], [[ROW], (ROW, OTHER), (OTHER,)],
    ),
    "sequence": (Sequence[Row], [[ROW], (ROW,), []], [ROW, [OTHER], {0: ROW}]),
    "collection": (
        Collection[Row], [[ROW], {0: ROW}.values(), torch.zeros(4, A), []],
        [torch.zeros(()), torch.zeros(4, B), [OTHER], number([ROW])],
    ),
    "iterable": (
        Iterable[Row], [[ROW], torch.zeros(4, A), number([ROW]), number([OTHER])],
        [torch.zeros(()), torch.zeros(4, B), [OTHER], 5],
    ),
    "tuple": (
        tuple[Row, Column], [(ROW, OTHER)],
        [[ROW, OTHER], (ROW,), (ROW, OTHER, ROW), (OTHER, ROW), (ROW, ROW), ()],
    ),
    "spread": (
        tuple[Row, *tuple[Table, ...], Column],
        [(ROW, OTHER), (ROW, BOTH, OTHER), (ROW, BOTH, BOTH, OTHER)],
        [(ROW,), (), [ROW, OTHER], (ROW, TURNED, OTHER), (ROW, BOTH, TURNED, OTHER),
         (OTHER, BOTH, OTHER), (ROW, BOTH, ROW), (ROW, OTHER, OTHER)],
    ),
    "spread at the end": (
        tuple[Row, int, *tuple[Column, ...]], [(ROW, 1), (ROW, 1, OTHER), (ROW, 1, OTHER, OTHER)],
        [(ROW,), (ROW, 1, ROW), (ROW, 1, OTHER, ROW), (ROW, ROW), (ROW, OTHER, OTHER)],
    ),
    "spread at the start": (
        tuple[*tuple[Column, ...], Row], [(ROW,), (OTHER, ROW), (OTHER, OTHER, ROW)],
        [(), (OTHER,), (ROW, ROW), (ROW, OTHER, ROW), (OTHER, ROW, ROW)],
    ),
    "dict": (
        dict[str, Row], [{}, {"x": ROW}, {"x": ROW, "y": ROW}],
        [{"x": OTHER}, {"x": ROW, "y": OTHER}, {3: ROW}, {"x": ROW, 3: ROW}, [("x", ROW)], ROW],
    ),
    "mapping of tuples": (
        Mapping[str, tuple[Row, Column]], [{"x": (ROW, OTHER)}],
        [{"x": (ROW, ROW)}, {"x": (OTHER, OTHER)}, {"x": ROW}, [ROW]],
    ),
    "named tuple": (
        Pair, [Pair(ROW, OTHER)], [(ROW, OTHER), Pair(OTHER, OTHER), Pair(ROW, ROW), None],
    ),
    "dataclass": (
        State, [State(ROW, 4), State(ROW, B, OTHER)],
        [State(OTHER, 4), State(ROW, A, OTHER), Pair(ROW, OTHER), ROW],
    ),
    "dataclass with a field to come": (
        Late, [late(ROW), late(ROW, OTHER)], [late(OTHER), late(ROW, ROW), late(OTHER, OTHER)],
    ),
    "typed dict": (
        Keys, [{"x": ROW, "name": "n"}, {"x": ROW, "name": "n", "y": OTHER}],
        [{"x": OTHER, "name": "n"}, {"x": ROW, "name": "n", "y": ROW}, {"y": OTHER}, ROW, []],
    ),
    "list of either": (
        list[Row | Table], [[ROW], [BOTH], [ROW, BOTH, ROW]], [[OTHER], [ROW, TURNED], [None]],
    ),
    "list of some": (list[Row | None], [[None], [None, ROW]], [[None, OTHER], [OTHER, None], [3]]),
    "list or nothing": (list[Row] | None, [None, [], [ROW]], [[OTHER], [None], ROW]),
    "list or one": (list[Row] | Row, [[ROW], ROW, []], [[OTHER], OTHER, (ROW,), None]),
    "anything in a union": (list[Row | Any], [[3], [OTHER]], [OTHER, None]),
    "list of lists": (list[list[Row]], [[[ROW], []], []], [[[ROW], [OTHER]], [ROW], [[[ROW]]]]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("order", ["pq", "qp"])
def test_the_guard_proves_what_fits_and_nothing_else(case: str, order: str) -> None:
    hint, right, wrong = CASES[case]
    hints = {"p": hint, "q": Table}
    guard = guards(**{name: hints[name] for name in order}).arguments
    for value in (*right, *wrong):
        arguments = (value, BOTH) if order == "pq" else (BOTH, value)
        fits = any(value is one for one in right)
        assert (guard(*arguments) == (A, B)) == fits, value
        assert fits or guard(*arguments) is None


@pytest.mark.parametrize("case", CASES)
def test_the_guard_proves_what_fits_as_a_result(case: str) -> None:
    hint, right, wrong = CASES[case]
    guard = guards(**{"q": Table, "result": object, "return": hint})
    for value in (*right, *wrong):
        if case != "dataclass":  # its `{size}` is one of its own in either place
            assert guard.result(value, (A, B), BOTH, value) == any(value is one for one in right)


@pytest.mark.parametrize("case", CASES)
def test_a_checked_function_takes_what_fits_and_nothing_else(case: str) -> None:
    hint, right, wrong = CASES[case]
    function = typed(annotated(q=Table, p=hint))
    for value in right:
        function(BOTH, value)
    for value in wrong:
        with pytest.raises(ShapeError):
            function(BOTH, value)


# What may hold no tensor binds nothing for sure: the value of p, and the size of a row that fits.
DOUBTED: dict[str, tuple[Any, list[Any], list[Any]]] = {
    "list": (list[Row], [[]], [[ROW]]),
    "dict": (dict[str, Row], [{}], [{"x": ROW}]),
    "spread": (tuple[int, *tuple[Row, ...]], [(1,)], [(1, ROW)]),
    "nothing": (Row | None, [None], [ROW]),
    "iterable": (Iterable[Row], [[], number([ROW])], [[ROW], torch.zeros(4, A)]),
    "typed dict": (Keys, [], [{"x": ROW, "name": "n"}]),
    "either": (Row | Float[Tensor, "c d"], [torch.zeros(4, 5)], [ROW]),
    "list of either": (list[Row | Float[Tensor, "c d"]], [[torch.zeros(4, 5)]], [[ROW]]),
    "list or nothing": (list[Row] | None, [None, []], [[ROW]]),
}


@pytest.mark.parametrize("case", DOUBTED)
def test_a_size_that_nothing_has_bound_is_bound_by_what_comes_next(case: str) -> None:
    hint, unbound, bound = DOUBTED[case]
    guard = guards(p=hint, q=Row).arguments
    assert all(guard(value, row) is not None for value in unbound for row in (ROW, OTHER))
    assert all(guard(value, ROW) is not None for value in bound)
    assert all(guard(value, OTHER) is None for value in bound)


@pytest.mark.parametrize("case", DOUBTED)
def test_an_expression_over_a_size_that_nothing_has_bound_is_left_to_the_judge(case: str) -> None:
    hint, unbound, bound = DOUBTED[case]
    guard = guards(p=hint, q=Float[Tensor, " a+1"]).arguments
    assert all(guard(value, OTHER) is None for value in unbound)
    assert all(guard(value, OTHER) is not None for value in bound)
    assert all(guard(value, ROW) is None for value in bound)


def test_a_field_that_may_not_be_there_binds_nothing_for_sure() -> None:
    for hint, without, having in (
        (Late, late(ROW), late(ROW, OTHER)),
        (Keys, {"x": ROW, "name": "n"}, {"x": ROW, "name": "n", "y": OTHER}),
    ):
        guard = guards(p=hint, q=Column).arguments
        assert guard(without, ROW) == (A, A)
        assert guard(without, OTHER) == (A, B)
        assert guard(having, OTHER) == (A, B)
        assert guard(having, ROW) is None


def test_a_default_that_does_not_fit_is_left_alone_and_binds_nothing() -> None:
    def function(p: Row = None, n: int = "none", *, q: Row) -> None:  # type: ignore[assignment] # untrue
        del p, n, q

    guard = make_guards(function_boundary(cast(FunctionType, function), None)).arguments
    assert guard(None, "none", OTHER) == (B,)
    assert guard(ROW, "none", ROW) == (A,)
    assert guard(ROW, 3, ROW) == (A,)
    assert guard(ROW, "other", ROW) is None
    assert guard(ROW, 3, OTHER) is None
    assert guard(OTHER.long(), 3, OTHER) is None
