"""The tensors of a call as one system of axes: what binds, what fails first, and why."""

from typing import Any

import numpy as np
import pytest
import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor

from typed_rope.checking.forms import TensorForm, tensor_forms
from typed_rope.checking.leaves import Leaf
from typed_rope.checking.reading import form_of
from typed_rope.checking.system import (
    Failure,
    Seen,
    Solution,
    are_twins,
    argument_of,
    expected_sizes,
    has_wrong_dtype,
    nearest_form,
    see,
    solve,
    step,
    suspicious,
)
from typed_rope.shapes import Bindings

INTS = torch.int64


def seen(path: str, hint: Any, *sizes: int, dtype: torch.dtype = torch.float32) -> Seen:
    """See a tensor under a hint, which may be the text of its axes alone."""
    hint = Float[Tensor, f" {hint}"] if isinstance(hint, str) else hint
    found = see(Leaf(path, form_of(hint, None), torch.zeros(sizes, dtype=dtype), {}))
    assert found is not None
    return found


def tensor_form(text: str) -> TensorForm:
    (form,) = tensor_forms(form_of(Float[Tensor, f" {text}"], None))
    return form


def solved(*tensors: Seen) -> Solution:
    outcome = solve(tensors)
    assert isinstance(outcome, Solution)
    return outcome


def failed(*tensors: Seen) -> Failure:
    outcome = solve(tensors)
    assert isinstance(outcome, Failure)
    return outcome


@pytest.mark.parametrize(
    ("path", "argument"),
    [("x", "x"), ("parts[0].k", "parts"), ("state.k[1]", "state"), ("named's key 'a'", "named")],
)
def test_a_path_begins_with_the_argument(path: str, argument: str) -> None:
    assert argument_of(path) == argument
    assert seen(path, "a", 2).argument == argument


# ---- what is seen of a leaf


def test_a_tensor_is_seen_with_the_values_of_its_braces_written_in() -> None:
    form = form_of(Float[Tensor, "a {n}"], None)
    found = see(Leaf("x", form, torch.zeros(2, 3, dtype=torch.float64), {"n": 3}))
    assert found is not None
    assert (found.path, found.sizes, found.dtype) == ("x", (2, 3), torch.float64)
    assert [form.shape.text for form in found.forms] == ["a 3"]
    assert [form.shape.text for form in found.declared] == ["a {n}"]
    assert [form.hint.dim_str for form in found.forms] == ["a 3"]
    assert found.forms[0].family == "Float"


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        (Float[Tensor, " a"], None),
        (Float[Tensor, " a"], np.zeros(2)),
        (int, torch.zeros(2)),
        (Float[Tensor, " a"] | Float[np.ndarray, " a"], torch.zeros(2)),
        (Float[Tensor, " a"] | list[Float[Tensor, " a"]], torch.zeros(2)),
    ],
)
def test_nothing_is_seen_where_no_tensor_is_or_a_form_is_not_known(hint: Any, value: Any) -> None:
    assert see(Leaf("x", form_of(hint, None), value, {})) is None


def test_a_tensor_is_seen_where_it_may_be_something_plain() -> None:
    assert seen("x", Float[Tensor, " a"] | int | None, 2).sizes == (2,)


def test_twins_have_the_same_annotations() -> None:
    cos, sin = seen("cos", "t d/2", 5, 4), seen("sin", "t d/2", 5, 8)
    assert are_twins(cos, sin)
    assert not are_twins(cos, seen("x", "t d", 5, 4))
    assert not are_twins(cos, seen("x", Float[Tensor, "t d/2"] | Float[Tensor, " t"], 5, 4))


def test_a_dtype_is_wrong_where_no_member_has_it() -> None:
    either = Int[Tensor, " a"] | Float[Tensor, " a"]
    assert not has_wrong_dtype(seen("x", either, 2))
    assert not has_wrong_dtype(seen("x", either, 2, dtype=INTS))
    assert has_wrong_dtype(seen("x", either, 2, dtype=torch.bool))
    assert has_wrong_dtype(seen("x", "a", 2, dtype=INTS))


# ---- binding


def test_every_name_is_owned_by_the_tensor_that_bound_it_first() -> None:
    outcome = solved(seen("x", "a *m b", 2, 7, 3), seen("y", "b c", 3, 5), seen("z", "*m c", 7, 5))
    assert outcome.bindings.singles == {"a": 2, "b": 3, "c": 5}
    assert outcome.owners == {"a": "x", "b": "x", "*m": "x", "c": "y"}


def test_an_axis_that_may_be_broadcast_is_owned_by_what_gave_it_a_size() -> None:
    outcome = solved(seen("x", "#a", 1), seen("y", "#a", 3), seen("z", "a", 3))
    assert outcome.bindings.singles == {"a": 3}
    assert outcome.owners == {"a": "y"}


def test_an_expression_waits_for_the_tensor_that_binds_its_name() -> None:
    assert solved(seen("cos", "d/2", 4), seen("x", "d", 8)).owners == {"d": "x"}
    failure = failed(seen("cos", "d/2", 5), seen("x", "d", 8))
    assert failure.seen.path == "cos"
    assert failure.mismatch.expected == 4


def test_an_expression_over_a_name_that_nothing_binds_asks_for_nothing() -> None:
    outcome = solved(seen("x", "b d/2", 2, 5), seen("y", "b c d+1", 2, 3, 9))
    assert outcome.bindings.singles == {"b": 2, "c": 3}
    assert failed(seen("x", "b d/2", 2, 5), seen("y", "b c d+1", 4, 3, 9)).seen.path == "y"


def test_the_first_tensor_that_does_not_fit_is_the_failure_under_what_was_bound() -> None:
    failure = failed(seen("x", "a b", 2, 3), seen("y", "b c", 4, 5), seen("z", "c a", 6, 7))
    assert failure.seen.path == "y"
    assert (failure.mismatch.kind, failure.mismatch.axis) == ("size", 0)
    assert failure.before.bindings.singles == {"a": 2, "b": 3}
    assert failure.before.owners == {"a": "x", "b": "x"}


def test_the_member_of_a_union_that_has_the_rank_is_the_one_that_fails() -> None:
    union = Float[Tensor, "a b c"] | Float[Tensor, "b a"] | Float[Tensor, " a"]
    failure = failed(seen("x", "a b", 2, 3), seen("y", union, 2, 3))
    assert failure.form.shape.text == "b a"
    assert failure.mismatch.kind == "size"


def test_a_member_of_another_dtype_binds_nothing() -> None:
    union = Int[Tensor, "a b"] | Float[Tensor, "b a"]
    assert solved(seen("x", union, 2, 3)).bindings.singles == {"b": 2, "a": 3}
    assert solved(seen("x", union, 2, 3, dtype=INTS)).bindings.singles == {"a": 2, "b": 3}
    failure = failed(seen("x", union, 2, 3, dtype=torch.bool))
    assert (failure.mismatch.kind, failure.mismatch.axis) == ("rank", None)
    assert failure.mismatch.seen == 0
    assert failure.form.shape.text == "a b"


def test_a_tensor_under_no_dtype_may_have_any() -> None:
    assert solved(seen("x", Shaped[Tensor, " a"], 2, dtype=INTS)).bindings.singles == {"a": 2}
    assert not has_wrong_dtype(seen("x", Shaped[Tensor, " a"], 2, dtype=INTS))


def test_like_tensors_are_looked_at_once_and_unlike_ones_each() -> None:
    hint = list[Float[Tensor, "a b"]]
    (form,) = tensor_forms(form_of(hint, None))

    def item(place: int, *sizes: int, dtype: torch.dtype = torch.float32) -> Seen:
        return Seen(f"x[{place}]", (form,), (form,), sizes, dtype)

    assert solved(item(0, 2, 3), item(1, 2, 3)).owners == {"a": "x[0]", "b": "x[0]"}
    assert failed(item(0, 2, 3), item(1, 2, 4)).seen.path == "x[1]"
    assert failed(item(0, 2, 3), item(1, 2, 3, dtype=INTS)).seen.path == "x[1]"
    assert failed(item(0, 2, 3), seen("y", "b a", 2, 3)).seen.path == "y"


def test_one_more_tensor_is_bound_under_what_is_known() -> None:
    known = Solution(Bindings({"a": 2}), {"a": "the call"})
    outcome = step(seen("x", "a b", 2, 3), known)
    assert isinstance(outcome, Solution)
    assert outcome.owners == {"a": "the call", "b": "x"}
    failure = step(seen("x", "a b", 4, 3), known)
    assert isinstance(failure, Failure)
    assert failure.before is known


# ---- which form, which sizes, in which order


@pytest.mark.parametrize(
    ("sizes", "dtype", "text"),
    [
        ((2, 3), torch.float32, "a b"),
        ((2,), torch.float32, "a"),
        ((2, 3, 4), torch.float32, "a b"),
        ((2, 3), INTS, "b c"),
        ((2,), INTS, "b c"),
        ((2,), torch.bool, "a"),
    ],
)
def test_the_nearest_form_has_the_dtype_and_then_the_rank(
    sizes: tuple[int, ...], dtype: torch.dtype, text: str
) -> None:
    union = Float[Tensor, "a b"] | Float[Tensor, " a"] | Int[Tensor, "b c"]
    assert nearest_form(seen("x", union, *sizes, dtype=dtype)).shape.text.strip() == text


def test_a_variadic_form_is_near_to_every_rank() -> None:
    union = Float[Tensor, "a b"] | Float[Tensor, "*a b"] | Float[Tensor, "a b c"]
    assert nearest_form(seen("x", union, 2, 3, 4)).shape.text == "*a b"


def test_the_nearest_form_may_be_asked_for_as_it_was_written() -> None:
    form = form_of(Float[Tensor, "a {n}"], None)
    found = see(Leaf("x", form, torch.zeros(2, 3), {"n": 3}))
    assert found is not None
    assert nearest_form(found).shape.text == "a 3"
    assert nearest_form(found, declared=True).shape.text == "a {n}"


@pytest.mark.parametrize(
    ("text", "rank", "sizes"),
    [
        ("a b 7", 3, (2, 3, 7)),
        ("a x", 2, (2, None)),
        ("a b", 3, ()),
        ("a b", 1, ()),
        ("#a b", 2, (None, 3)),
        ("_ a*b", 2, (None, 6)),
        ("b/2 a/2", 2, (None, 1)),
        ("x/2 a/(b-3)", 2, (None, None)),
        ("a *m b", 2, (2, 3)),
        ("a *m b", 4, (2, None, None, 3)),
        ("... a b", 3, (None, 2, 3)),
        ("a b ...", 2, (2, 3)),
        ("a *m b", 1, ()),
    ],
)
def test_the_expected_sizes_are_those_that_are_known(
    text: str, rank: int, sizes: tuple[int | None, ...]
) -> None:
    bindings = Bindings({"a": 2, "b": 3})
    assert expected_sizes(tensor_form(text), rank, bindings) == sizes


def crowd(count: int) -> list[Seen]:
    """Return so many tensors, of which the last disagrees with the third."""
    names = [f"n{place}" for place in range(count - 1)]
    tensors = [seen(f"x{place}", name, place + 20) for place, name in enumerate(names)]
    return [*tensors, seen("last", "n2", 7)]


def test_of_many_tensors_those_come_first_that_disagree() -> None:
    tensors = crowd(13)
    order = [one.path for one in suspicious(tensors)]
    assert order == ["last", *[f"x{place}" for place in range(12)]]


def test_those_that_bind_nothing_come_last() -> None:
    tensors = [*[seen("w", "5", 5)] * 11, seen("x", "p", 3), seen("z", "p", 4)]
    assert [one.path for one in suspicious(tensors)] == ["z", "x", *"w" * 11]


def test_of_few_tensors_and_of_those_that_agree_the_order_is_that_of_the_call() -> None:
    few, agreeing = crowd(12), crowd(14)[:-1]
    assert suspicious(few) == few
    assert suspicious(agreeing) == agreeing
