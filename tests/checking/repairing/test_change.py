"""What becomes of one tensor, and whether that agrees with the others."""

from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking.leaves import Leaf
from typed_rope.checking.reading import form_of
from typed_rope.checking.repairing.change import Change, Evidence
from typed_rope.checking.system import Seen, Solution, see, solve

T, D = 5, 8


def seen(path: str, hint: Any, *sizes: int, dtype: torch.dtype = torch.float32) -> Seen:
    value = torch.empty(sizes, dtype=dtype, device="meta")
    found = see(Leaf(path, form_of(hint, None), value, {}))
    assert found is not None
    return found


def said_by(*others: Seen, known: str) -> Evidence:
    rest = solve(others)
    assert isinstance(rest, Solution)
    none: frozenset[Any] = frozenset()
    return Evidence(others, rest, none, frozenset(known.split()), none, none, answers=False)


def test_a_change_is_written_around_the_expression_that_it_changes() -> None:
    change = Change("width", 2, "torch.cat([{0}, {0}], dim=-1)")
    assert change.of("rope[0]") == "torch.cat([rope[0], rope[0]], dim=-1)"


@pytest.mark.parametrize(
    ("written", "sizes", "dtype"),
    [
        ("{0}.transpose(0, 1)", (8, 5), torch.float64),
        ("{0}.unflatten(-1, (2, -1))", (5, 2, 4), torch.float64),
        ("{0}.to(torch.int64)", (5, 8), torch.int64),
    ],
)
def test_sizes_and_dtype_are_what_evaluating_it_gives(
    written: str, sizes: tuple[int, ...], dtype: torch.dtype
) -> None:
    given = seen("x", Float[Tensor, "t d"], T, D, dtype=torch.float64)
    changed = Change("order", 2, written).apply(given)
    assert changed is not None
    assert (changed.path, changed.sizes, changed.dtype) == ("x", sizes, dtype)
    assert (changed.forms, changed.declared) == (given.forms, given.declared)


def test_a_tensor_that_would_fill_any_memory_is_changed_as_fast() -> None:
    huge = seen("x", Float[Tensor, "t d"], 2**25, 2**24)
    changed = Change("order", 2, "{0}.transpose(0, 1)").apply(huge)
    assert changed is not None
    assert changed.sizes == (2**24, 2**25)


@pytest.mark.parametrize("written", ["{0}.transpose(0, 2)", "{0}.unflatten(-1, (3, -1))"])
def test_what_torch_refuses_is_no_change(written: str) -> None:
    assert Change("order", 2, written).apply(seen("x", Float[Tensor, "t d"], T, D)) is None


def test_what_has_the_same_sizes_is_evaluated_instead() -> None:
    change = Change("axis", 3, "{0}.no_such_method()", shaped="{0}[0]")
    changed = change.apply(seen("x", Float[Tensor, "t d"], T, D))
    assert changed is not None
    assert changed.sizes == (D,)


def test_a_tensor_fits_if_its_axes_have_the_sizes_that_others_bind() -> None:
    others = said_by(seen("y", Float[Tensor, "t c"], T, 11), known="t c")
    assert others.fits(seen("x", Float[Tensor, "t d"], T, D)) is True
    assert others.fits(seen("x", Float[Tensor, "t d"], D, T)) is False


def test_an_expression_of_the_others_is_asked_once_its_axis_is_bound() -> None:
    others = said_by(seen("cos", Float[Tensor, "t d/2"], T, D // 2), known="t d")
    assert others.fits(seen("x", Float[Tensor, "t d"], T, D)) is True
    assert others.fits(seen("x", Float[Tensor, "t d"], T, D + 2)) is False
