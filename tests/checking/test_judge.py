"""Whether all leaves of a call fit in one system of axes, which jaxtyping decides."""

from typing import Any

import numpy as np
import pytest
import torch
from jaxtyping import Float, Int
from torch import Tensor

from typed_rope.checking.judge import fits
from typed_rope.checking.leaves import Leaf
from typed_rope.checking.reading import form_of

A, B = 2, 3
ROW, OTHER, BOTH = torch.zeros(A), torch.zeros(B), torch.zeros(A, B)


def leaf(path: str, hint: Any, value: object, **given: object) -> Leaf:
    hint = Float[Tensor, f" {hint}"] if isinstance(hint, str) else hint
    return Leaf(path, form_of(hint, None), value, given)


def test_the_axes_of_all_leaves_are_one_system() -> None:
    assert fits([leaf("x", "a b", BOTH), leaf("y", "a", ROW)], {})
    assert not fits([leaf("x", "a b", BOTH), leaf("y", "a", OTHER)], {})
    assert not fits([leaf("x", "a b", BOTH), leaf("y", "b", OTHER), leaf("z", "b", ROW)], {})
    assert fits([], {})


def test_a_tensor_has_the_dtype_of_its_annotation_and_may_be_one_of_several() -> None:
    either = Int[Tensor, " a"] | Float[Tensor, "a b"]
    assert fits([leaf("x", either, ROW.long())], {})
    assert fits([leaf("x", either, BOTH), leaf("y", "b", OTHER)], {})
    assert not fits([leaf("x", either, ROW)], {})
    assert fits([leaf("x", Float[Tensor, " a"] | int, 3)], {})
    assert not fits([leaf("x", Float[Tensor, " a"] | int, "3")], {})


def test_a_plain_value_is_for_beartype() -> None:
    assert fits([leaf("n", int, 3), leaf("x", "a", ROW)], {})
    assert not fits([leaf("n", int, "3"), leaf("x", "a", ROW)], {})


def test_a_numpy_array_is_judged_as_well() -> None:
    table = Float[np.ndarray, "a b"]
    assert fits([leaf("x", table, np.zeros((A, B))), leaf("y", "b", OTHER)], {})
    assert not fits([leaf("x", table, np.zeros((A, B))), leaf("y", "a", OTHER)], {})


def test_a_leaf_that_is_not_even_the_container_does_not_fit() -> None:
    assert not fits([leaf("x", list[Float[Tensor, " a"]], ROW)], {})
    assert not fits([leaf("x", list[Float[Tensor, " a"]] | Float[Tensor, " a"], ROW)], {})


def test_an_expression_may_come_before_the_axis_that_it_reads() -> None:
    early = [leaf("y", "a+1", OTHER), leaf("x", "a", ROW)]
    assert fits(early, {})
    assert not fits([leaf("y", "a+2", OTHER), leaf("x", "a", ROW)], {})
    assert not fits([leaf("y", "c+1", OTHER), leaf("x", "a", ROW)], {})
    assert fits([leaf("n", Float[Tensor, " a+1"] | int, 3), leaf("x", "a", ROW)], {})


def test_a_size_that_cannot_be_computed_fits_nothing() -> None:
    assert not fits([leaf("x", "a b", torch.zeros(A, 0)), leaf("y", "a/b", OTHER)], {})


@pytest.mark.parametrize(("n", "accepted"), [(B, True), (A, False), ("3", True), ("(((", False)])
def test_the_braces_read_the_arguments(n: object, accepted: bool) -> None:
    assert fits([leaf("x", "a {n}", BOTH, n=n)], {"x": BOTH, "n": n}) == accepted


def test_the_braces_of_a_record_read_what_it_holds() -> None:
    inside = leaf("state.x", "a {n}", BOTH, n=B)
    assert fits([inside], {"n": A})
    assert not fits([leaf("x", "a {n}", BOTH, n=B)], {"n": A})
    assert not fits([leaf("state.x", "a {n}", BOTH, n=A)], {"n": B})


def test_without_arguments_the_braces_are_what_is_given() -> None:
    assert fits([leaf("x", "a {n}", BOTH, n=B)], {})
    assert not fits([leaf("x", "a {n}", BOTH, n=A)], {})
