"""Which places of a call are compared, and that nothing else can be a finding."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import typed
from typed_rope.checking.ambiguity import ambiguities
from typed_rope.checking.boundary import Boundary
from typed_rope.checking.suspects import Pair, Suspects, may_be_ambiguous, suspects, tells_of
from typed_rope.shapes import parse

ANY_RANK = 65536


class Record(NamedTuple):
    x: Float[Tensor, "b t"]


def boundary(function: Callable[..., Any]) -> Boundary:
    found: Boundary = function.__boundary__  # type: ignore[attr-defined] # of every wrapper
    return found


@typed
def alone(x: Float[Tensor, "b h t"]) -> None: ...
@typed
def table(cos: Float[Tensor, "t d/2"], x: Float[Tensor, "b h t d"]) -> None: ...
@typed
def around(n: int, x: Float[Tensor, "a b *rest c d"]) -> None: ...
@typed
def repeated(x: Float[Tensor, "t s t"]) -> None: ...
@typed
def no_names(x: Float[Tensor, "4 t _ #h *b"], y: Float[Tensor, "t={n} d"], n: int) -> None: ...
@typed
def either(x: Float[Tensor, "b t"] | Float[Tensor, "b h t"] | None) -> None: ...
@typed
def either_pins(x: Float[Tensor, "b t"], y: Float[Tensor, " t"] | None = None) -> None: ...
@typed
def default_pins(x: Float[Tensor, "b t"], y: Float[Tensor, " t"] = None) -> None: ...  # type: ignore[assignment] # as people write it
@typed
def both_pinned(x: Float[Tensor, "b t"], y: Float[Tensor, "b t 2"]) -> None: ...
@typed
def stretched(x: Float[Tensor, "b t"], y: Float[Tensor, "#t d"]) -> None: ...
@typed
def inside(x: list[Float[Tensor, "b t"]], y: Record, z: list[Float[Tensor, " s"]]) -> None: ...
@typed
def maybe_inside(n: int, x: list[Float[Tensor, "b t"]] | Float[Tensor, "b t"]) -> None: ...


KNOWN: list[tuple[Callable[..., Any], Suspects]] = [
    (alone, Suspects(((0, (Pair(0, 1, 3, 3), Pair(0, 2, 3, 3), Pair(1, 2, 3, 3))),), ())),
    (table, Suspects(((1, (Pair(0, 1, 4, 4), Pair(2, 3, 4, 4))),), ())),
    (
        around,
        Suspects(
            (
                (
                    1,
                    (
                        *(Pair(0, 1, 4, ANY_RANK), Pair(0, -2, 4, ANY_RANK)),
                        *(Pair(0, -1, 4, ANY_RANK), Pair(1, -2, 4, ANY_RANK)),
                        *(Pair(1, -1, 4, ANY_RANK), Pair(-2, -1, 4, ANY_RANK)),
                    ),
                ),
            ),
            (),
        ),
    ),
    (repeated, Suspects(((0, (Pair(0, 1, 3, 3), Pair(1, 2, 3, 3))),), ())),
    (no_names, Suspects((), ())),
    (
        either,
        Suspects(
            ((0, (Pair(0, 1, 2, 2), Pair(0, 1, 3, 3), Pair(0, 2, 3, 3), Pair(1, 2, 3, 3))),), ()
        ),
    ),
    (either_pins, Suspects(((0, (Pair(0, 1, 2, 2),)),), ())),
    (default_pins, Suspects(((0, (Pair(0, 1, 2, 2),)),), ())),
    (both_pinned, Suspects(((0, (Pair(0, 1, 2, 2),)), (1, (Pair(0, 1, 3, 3),))), ())),
    (stretched, Suspects(((0, (Pair(0, 1, 2, 2),)),), ())),
    (inside, Suspects((), (0, 1))),
    (maybe_inside, Suspects((), (1,))),
]


@pytest.mark.parametrize(
    ("function", "expected"), KNOWN, ids=lambda case: getattr(case, "__name__", "")
)
def test_two_names_of_a_tensor_are_suspects_unless_another_always_tells_them_apart(
    function: Callable[..., Any], expected: Suspects
) -> None:
    assert suspects(boundary(function)) == expected


@pytest.mark.parametrize(
    ("axes", "told"),
    [
        ("b t", {"b", "t"}),
        ("b #t", {"b"}),
        ("d/2 h={n} g*e", {"d", "g", "e"}),
        ("4 _ ... {n}", set()),
        ("*b t", {"t"}),
    ],
)
def test_a_tensor_tells_of_each_axis_that_its_sizes_depend_on(axes: str, told: set[str]) -> None:
    assert tells_of(parse(axes)) == told


LOOKED_AT: list[tuple[Callable[..., Any], tuple[object, ...], bool]] = [
    (alone, (torch.zeros(3, 5, 7),), False),
    (alone, (torch.zeros(3, 5, 3),), True),
    (table, (torch.zeros(7, 4), torch.zeros(3, 7, 7, 8)), False),
    (table, (torch.zeros(7, 4), torch.zeros(3, 3, 7, 8)), True),
    (either, (torch.zeros(3, 3),), True),
    (either, (torch.zeros(5, 3, 3),), True),
    (either, (None,), False),
    (around, (2, torch.zeros(3, 5, 2, 2, 4, 6)), False),
    (around, (2, torch.zeros(3, 5, 6, 3)), True),
    (around, (2, torch.zeros(3, 5, 2, 2, 4, 5)), True),
    (both_pinned, (torch.zeros(3, 5), torch.zeros(3, 5, 2)), False),
    (both_pinned, (torch.zeros(3, 3), torch.zeros(3, 3, 2)), True),
    (inside, ([], Record(torch.zeros(3, 5)), []), True),
    (inside, (None, None, [torch.zeros(3)]), False),
    (no_names, (torch.zeros(4, 4, 4, 4, 4), torch.zeros(4, 4), 4), False),
]


@pytest.mark.parametrize(("function", "arguments", "expected"), LOOKED_AT)
def test_a_call_is_looked_at_where_suspects_have_one_size_or_tensors_are_inside(
    function: Callable[..., Any], arguments: tuple[object, ...], expected: bool
) -> None:
    assert may_be_ambiguous(suspects(boundary(function)), arguments) is expected


@given(st.lists(st.integers(1, 4), min_size=6, max_size=6))
def test_a_call_that_is_not_looked_at_has_no_finding(sizes: list[int]) -> None:
    b, h, t, s, c, d = sizes
    calls: list[tuple[Callable[..., Any], tuple[object, ...]]] = [
        (alone, (torch.zeros(b, h, t),)),
        (table, (torch.zeros(t, d), torch.zeros(b, h, t, 2 * d))),
        (around, (c, torch.zeros(b, h, s, c, t, d))),
        (either, (torch.zeros(b, h),)),
        (either, (torch.zeros(b, h, t),)),
        (both_pinned, (torch.zeros(b, t), torch.zeros(b, t, 2))),
        (stretched, (torch.zeros(b, t), torch.zeros(1, d))),
    ]
    for function, arguments in calls:
        function(*arguments)
        known, memory = suspects(boundary(function)), boundary(function).memory
        looked_at = may_be_ambiguous(known, arguments)
        ambiguities(boundary(function), arguments)
        assert looked_at or memory[ambiguities].findings(arguments) == ()
