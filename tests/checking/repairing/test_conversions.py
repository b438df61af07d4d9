"""What a value of the wrong type could be turned into, and that it becomes what is said."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from jaxtyping import Float, Int
from torch import Tensor, nn

from typed_rope.checking.leaves import Leaf
from typed_rope.checking.reading import form_of
from typed_rope.checking.repairing.conversions import conversions

TENSOR = Float[Tensor, "t d"]


def offered(hint: Any, value: object) -> list[tuple[str, object]]:
    return list(conversions(Leaf("x", form_of(hint, None), value, {})))


def written(hint: Any, value: object) -> list[str]:
    return [how for how, _ in offered(hint, value)]


def read_only(*sizes: int) -> np.ndarray[Any, Any]:
    found = np.zeros(sizes, dtype=np.float32)
    found.flags.writeable = False
    return found


ITEMS = [torch.zeros(5, 8), torch.ones(5, 8)]


class Weights(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(5, 8)
        self.scale = nn.Parameter(torch.zeros(5, 8))


@pytest.mark.parametrize(
    ("value", "ways"),
    [
        (np.zeros((5, 8), dtype=np.float32), ["torch.from_numpy({0})"]),
        (np.zeros((5, 8), dtype=np.int16), ["torch.from_numpy({0})"]),
        (read_only(5, 8), ["torch.tensor({0})"]),
        (np.lib.stride_tricks.as_strided(np.zeros(8), (5, 8), (0, 8)), ["torch.from_numpy({0})"]),
        (True, ["torch.tensor({0})"]),
        (3, ["torch.tensor({0})"]),
        (0.5, ["torch.tensor({0})"]),
        ([1, 2, 3], ["torch.tensor({0})"]),
        ((1.5, 2), ["torch.tensor({0})"]),
        ([True, False], ["torch.tensor({0})"]),
        ([[1, 2, 3], [4, 5, 6]], ["torch.tensor({0})"]),
        ([(True, 2), (0.5, 1)], ["torch.tensor({0})"]),
        (ITEMS, ["torch.stack({0})"]),
        (tuple(ITEMS), ["torch.stack({0})"]),
        (ITEMS[:1], ["{0}[0]"]),
        ({"ids": ITEMS[0], "mask": ITEMS[1]}, ["{0}['ids']", "{0}['mask']"]),
        (Weights(), ["{0}.scale"]),
    ],
    ids=str,
)
def test_a_value_becomes_the_tensor_that_is_said(value: object, ways: list[str]) -> None:
    found = offered(TENSOR, value)
    assert [how for how, _ in found] == ways
    for how, claimed in found:
        real = eval(how.format("x"), {"torch": torch, "x": value})
        assert isinstance(claimed, Tensor)
        assert (claimed.shape, claimed.dtype) == (real.shape, real.dtype)


def test_what_is_converted_needs_no_memory_to_find_out() -> None:
    for value in (np.zeros(3), 3, [1, 2], ITEMS):
        ((_, claimed),) = offered(TENSOR, value)
        assert isinstance(claimed, Tensor)
        assert claimed.device.type == "meta"


@pytest.mark.parametrize(
    "value",
    [
        np.zeros((5, 8), dtype=np.float32)[::-1],
        np.zeros(3, dtype="datetime64[s]"),
        np.zeros(3, dtype=str),
        None,
        "abc",
        [],
        ["a"],
        [1, None],
        [1, [2]],
        [[1, 2], [3]],
        [[1], []],
        [torch.zeros(5), 1.0],
        [torch.zeros(5), torch.zeros(8)],
        [torch.zeros(5), torch.zeros(5, dtype=torch.int64)],
        [torch.zeros(5), torch.zeros(5, device="meta")],
        {"ids": 1},
        {1: ITEMS[0]},
        {"two words": ITEMS[0]},
        nn.ReLU(),
        object(),
    ],
    ids=str,
)
def test_what_makes_no_tensor_is_left_alone(value: object) -> None:
    assert offered(TENSOR, value) == []


def test_what_torch_has_by_a_dtypes_name_and_is_no_dtype_is_none() -> None:
    record = np.zeros(3, dtype=[("a", np.int8)])
    assert offered(TENSOR, record) == []
    assert written(TENSOR, np.zeros(3, dtype=bool)) == ["torch.from_numpy({0})"]


def nested(sizes: tuple[int, ...]) -> Any:
    return [nested(sizes[1:]) for _ in range(sizes[0])] if sizes else 1


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple))
def test_a_list_of_lists_has_the_sizes_of_its_levels(sizes: tuple[int, ...]) -> None:
    ((how, claimed),) = offered(TENSOR, nested(sizes))
    assert how == "torch.tensor({0})"
    assert isinstance(claimed, Tensor)
    assert claimed.shape == sizes


@pytest.mark.parametrize("sizes", [(4096,), (64, 64), (2, 2048)])
def test_so_many_numbers_are_looked_at_and_no_more(sizes: tuple[int, ...]) -> None:
    assert math.prod(sizes) == 4096
    whole = nested(sizes)
    assert written(TENSOR, whole) == ["torch.tensor({0})"]
    assert written(TENSOR, [*whole, nested(sizes[1:])]) == []


def test_the_default_dtype_is_that_of_floats() -> None:
    torch.set_default_dtype(torch.float64)
    try:
        claimed = [offered(TENSOR, value)[0][1] for value in (0.5, [0.5, 1])]
    finally:
        torch.set_default_dtype(torch.float32)
    assert [c.dtype for c in claimed if isinstance(c, Tensor)] == [torch.float64] * 2


@pytest.mark.parametrize(
    ("hint", "value", "ways"),
    [
        (list[TENSOR], ITEMS[0], [("[{0}]", [ITEMS[0]])]),
        (list[TENSOR], (1, 2), [("list({0})", [1, 2]), ("[{0}]", [(1, 2)])]),
        (tuple[TENSOR, ...], 3, [("({0},)", (3,))]),
        (tuple[TENSOR, ...], [1, 2], [("tuple({0})", (1, 2)), ("({0},)", ([1, 2],))]),
        (tuple[TENSOR, TENSOR], [1, 2], [("tuple({0})", (1, 2)), ("({0},)", ([1, 2],))]),
        (Sequence[TENSOR], 3, []),
        (Mapping[str, TENSOR], 3, []),
        (list[TENSOR], None, []),
        (tuple[TENSOR, ...], None, []),
        (int | list[TENSOR], 3.0, [("int({0})", 3), ("[{0}]", [3.0])]),
    ],
    ids=str,
)
def test_one_item_or_another_container_becomes_the_container_that_is_asked_for(
    hint: Any, value: object, ways: list[tuple[str, object]]
) -> None:
    assert offered(hint, value) == ways


@pytest.mark.parametrize(
    ("hint", "value", "ways"),
    [
        (int, torch.tensor(3), [("{0}.item()", 3)]),
        (int, torch.tensor([[3]]), [("{0}.item()", 3)]),
        (float, torch.tensor(0.5), [("{0}.item()", 0.5)]),
        (bool, torch.tensor(True), [("{0}.item()", True)]),
        (int, torch.tensor(0.5), []),
        (int, torch.tensor([1, 2]), []),
        (int, torch.empty((), device="meta"), []),
        (int, np.int64(3), [("{0}.item()", 3)]),
        (int, np.array(3), [("{0}.item()", 3)]),
        (str, np.int64(3), []),
        (int, np.array([3]), []),
        (int, 3.0, [("int({0})", 3)]),
        (int, 3.5, []),
        (str, 3.0, []),
        (int, True, []),
        (int, "3", []),
        (list[int], (1, 2), [("list({0})", [1, 2])]),
        (tuple[int, int], [1, 2], [("tuple({0})", (1, 2))]),
        (tuple[int, int], [1, 2, 3], []),
        (list[str], (1, 2), []),
        (list[int], [1, "a"], []),
        (Literal[3], 3.0, [("int({0})", 3)]),
        (int, None, []),
    ],
    ids=str,
)
def test_a_number_or_a_container_of_plain_values_is_converted_if_that_fits(
    hint: Any, value: object, ways: list[tuple[str, object]]
) -> None:
    found = offered(hint, value)
    assert found == ways
    assert [type(claimed) for _, claimed in found] == [type(wanted) for _, wanted in ways]


def test_each_member_of_a_union_is_converted_for() -> None:
    hint = Int[Tensor, " t"] | tuple[int, ...]
    assert written(hint, [1, 2]) == ["torch.tensor({0})", "tuple({0})"]
