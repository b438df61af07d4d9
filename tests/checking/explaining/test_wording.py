"""How hints, values, axes and faults are written (whole messages stand in test_gallery.py)."""

from array import array
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypedDict
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from typed_rope.checking.explaining.wording import (
    Row,
    actual,
    annotation,
    axis_label,
    axis_names,
    axis_sizes,
    call_text,
    dtype_clause,
    has_other_rank,
    layout,
    rank_clause,
    said,
    type_clause,
    zip_axes,
)
from typed_rope.checking.forms import TensorForm
from typed_rope.checking.leaves import Leaf
from typed_rope.checking.plain import StandIn
from typed_rope.checking.reading import form_of
from typed_rope.checking.system import Seen, see
from typed_rope.shapes import parse


class Batch(TypedDict):
    ids: Int[Tensor, "b t"]
    weight: Float[Tensor, " b"]


class Inner:
    class Rule: ...


def seen(hint: Any, *sizes: int, dtype: torch.dtype = torch.float32, path: str = "x") -> Seen:
    value = torch.empty(sizes, dtype=dtype, device="meta")
    found = see(Leaf(path, form_of(hint, None), value, {}))
    assert found is not None
    return found


def pairs(text: str, sizes: tuple[int, ...]) -> list[tuple[str, int]]:
    form = form_of(Float[Tensor, text], None)
    assert isinstance(form, TensorForm)
    return [(axis.text, size) for axis, size in zip_axes(form, sizes)]


ROWS = [Row("x", "Float", "float32 (2, 5)", "b = 2", True), Row("long", "A", "None", "", False)]


def test_the_columns_of_rows_stand_below_each_other() -> None:
    assert layout("f: wrong.", ROWS, "Write: f(x)").splitlines() == [
        "f: wrong.",
        "> x:    Float   float32 (2, 5)   b = 2",
        "  long: A       None",
        "Write: f(x)",
    ]


def test_a_message_without_rows_has_its_first_line_alone() -> None:
    assert layout("f: wrong.", [], None) == "f: wrong."


@pytest.mark.parametrize(
    ("hint", "text"),
    [
        (Float[Tensor, "b t"], 'Float[Tensor, "b t"]'),
        (Float[Tensor, " b"] | None, 'Float[Tensor, "b"] | None'),
        (list[Int[Tensor, "b t"]], 'list[Int[Tensor, "b t"]]'),
        (Sequence[Int[Tensor, "b t"]], 'Sequence[Int[Tensor, "b t"]]'),
        (tuple[Int[Tensor, "b t"], ...], 'tuple[Int[Tensor, "b t"], ...]'),
        (tuple[Int[Tensor, " b"], int], 'tuple[Int[Tensor, "b"], int]'),
        (dict[str, Bool[Tensor, " b"]], 'dict[str, Bool[Tensor, "b"]]'),
        (Mapping[str, Bool[Tensor, " b"]], 'Mapping[str, Bool[Tensor, "b"]]'),
        (int, "int"),
        (None, "None"),
        (Inner.Rule, "Rule"),
        (list[int], "list[int]"),
        (Sequence[Path], "Sequence[Path]"),
        (Mapping[Literal["a.b"], Path], "Mapping[Literal['a.b'], Path]"),
        (Literal["a.b", "c"] | None, "Optional[Literal['a.b', 'c']]"),
    ],
    ids=str,
)
def test_a_hint_is_written_as_it_is_in_the_code(hint: Any, text: str) -> None:
    assert annotation(form_of(hint, None)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (torch.zeros(2, 5), "float32 (2, 5)"),
        (torch.zeros((), dtype=torch.int64), "int64 ()"),
        (np.zeros((2, 5), dtype=np.float32), "numpy.ndarray float32 (2, 5)"),
        ([1, 2, 3], "list of 3"),
        ((1, 2), "tuple of 2"),
        ({"a": 1}, "dict of 1"),
        (set(), "set of 0"),
        (OrderedDict(a=1), "OrderedDict of 1"),
        (None, "None"),
        (True, "True"),
        (7, "7"),
        (0.5, "0.5"),
        ("a" * 38, f"'{'a' * 38}'"),
        ("a" * 39, f"'{'a' * 35}...'"),
        (10**50, f"1{'0' * 35}...0"),
        (Path("a"), f"pathlib.{type(Path('a')).__name__}"),
        (nn.Linear(2, 3), "Linear"),
        (StandIn(("model.layers.Rule", "builtins.object")), "model.Rule"),
        (torch.Size, "type"),
        (torch.device("cpu"), "device"),
        (StandIn(("__main__.Rule",)), "Rule"),
    ],
    ids=str,
)
def test_a_value_is_written_by_what_it_is(value: object, text: str) -> None:
    assert actual(value) == text


def test_what_has_a_shape_and_no_dtype_is_no_array() -> None:
    class Window:
        shape = (2, 5)

    assert actual(Window()).endswith(".Window")


@pytest.mark.parametrize(
    ("text", "sizes", "paired"),
    [
        ("b t", (2, 5), [("b", 2), ("t", 5)]),
        ("b t", (2, 5, 7), []),
        ("... c", (2, 5, 7), [("c", 7)]),
        ("b ...", (2, 5, 7), [("b", 2)]),
        ("b *n t c", (2, 11, 13, 5, 7), [("b", 2), ("t", 5), ("c", 7)]),
        ("b *n t c", (2, 5, 7), [("b", 2), ("t", 5), ("c", 7)]),
        ("b *n t c", (2, 5), []),
        ("*n", (2, 5), []),
    ],
)
def test_axes_before_and_behind_any_number_are_paired_with_sizes(
    text: str, sizes: tuple[int, ...], paired: list[tuple[str, int]]
) -> None:
    assert pairs(text, sizes) == paired


@pytest.mark.parametrize(
    ("text", "label", "names"),
    [
        ("t", "t", {"t"}),
        ("#t", "t", {"t"}),
        ("3", "3", set()),
        ("rgb=3", "rgb", {"rgb"}),
        ("d/2", "d/2", {"d", "d/2"}),
        ("r=d/2", "r", {"d", "r"}),
        ("{n}", "{n}", {"{n}"}),
        ("*b", "*b", {"*b"}),
        ("...", "...", {"..."}),
    ],
)
def test_an_axis_is_called_by_its_label_and_bears_the_names_it_reads(
    text: str, label: str, names: set[str]
) -> None:
    (axis,) = parse(text).axes
    assert (axis_label(axis), axis_names(axis)) == (label, names)


def test_only_sizes_in_dispute_are_shown_each_once() -> None:
    one = seen(Float[Tensor, "t t d/2"], 5, 5, 4)
    assert axis_sizes(one, {"t", "d"}) == "t = 5, d/2 = 4"
    assert axis_sizes(one, {"b"}) == ""


@pytest.mark.parametrize(
    ("hint", "sizes", "text"),
    [
        (Float[Tensor, "b t"], (5,), 'x has 1 axis, where "b t" has 2'),
        (Float[Tensor, "b t"], (), 'x has 0 axes, where "b t" has 2'),
        (Float[Tensor, "*b t c"], (5,), 'x has 1 axis, where "*b t c" has at least 2'),
        (
            Float[Tensor, "b t"] | Float[Tensor, "b h t"],
            (5,),
            'x has 1 axis, where "b t" has 2 or "b h t" has 3',
        ),
        (Float[Tensor, "b t"] | Int[Tensor, "b t"], (5,), 'x has 1 axis, where "b t" has 2'),
        (Float[Tensor, "b t"] | Int[Tensor, " b"], (5, 2, 3), 'x has 3 axes, where "b t" has 2'),
        (Bool[Tensor, "b t"] | Int[Tensor, "b c"], (5,),
         'x has 1 axis, where "b t" has 2 or "b c" has 2'),
    ],
)  # fmt: skip
def test_a_number_of_axes_is_compared_with_those_of_the_members_of_its_dtype(
    hint: Any, sizes: tuple[int, ...], text: str
) -> None:
    assert rank_clause("x", seen(hint, *sizes)) == text


def test_a_dtype_is_compared_with_each_family_once() -> None:
    hint = Int[Tensor, "b t"] | Int[Tensor, " b"] | Bool[Tensor, " b"]
    given = seen(hint, 2, 5, dtype=torch.bfloat16, path="return")
    assert dtype_clause(given) == "the result is bfloat16, which is not Int or Bool"


@pytest.mark.parametrize(
    ("hint", "rank", "other"),
    [
        (Float[Tensor, "b t"], 2, False),
        (Float[Tensor, "b t"], 1, True),
        (Float[Tensor, "b t"], 3, True),
        (Float[Tensor, "*b t c"], 1, True),
        (Float[Tensor, "*b t c"], 2, False),
        (Float[Tensor, "*b t c"], 5, False),
        (Float[Tensor, "b t"] | Float[Tensor, " b"], 1, False),
    ],
)
def test_a_rank_is_another_if_no_member_has_it(hint: Any, rank: int, other: bool) -> None:
    assert has_other_rank(seen(hint, *[7] * rank)) is other


PAIR = tuple[Float[Tensor, " b"], Float[Tensor, " t"]]
NUMPY = np.zeros(3)


@pytest.mark.parametrize(
    ("hint", "value", "text"),
    [
        (Float[Tensor, "b t"], None, "x is None, not a Tensor"),
        (Float[Tensor, "b t"], "a", "x is a str, not a Tensor"),
        (Float[Tensor, "b t"], 3, "x is an int, not a Tensor"),
        (Float[Tensor, "b t"], array("i"), "x is an array.array, not a Tensor"),
        (Float[Tensor, "b t"], Mock(spec=()), "x is an unittest.Mock, not a Tensor"),
        (Float[Tensor, "b t"], NUMPY, "x is a numpy.ndarray, not a Tensor"),
        (Float[Tensor, "b t"], nn.Linear(2, 3), "x is a module (Linear), not a Tensor"),
        (Float[Tensor, "b t"] | None, 3, "x is an int, not a Tensor or None"),
        (Float[Tensor, "b t"] | Int[Tensor, " b"], 3, "x is an int, not a Tensor"),
        (
            Float[nn.Parameter, "b t"] | Int[Tensor, " b"],
            3,
            "x is an int, not a Parameter or a Tensor",
        ),
        (Float[Tensor, "b t"] | int, "a", 'x is a str, not Float[Tensor, "b t"] | int'),
        (int, "a", "x is 'a', not int"),
        (int, None, "x is None, not int"),
        (None, 3, "x is 3, not None"),
        (list[Float[Tensor, " b"]], (), 'x is a tuple, not list[Float[Tensor, "b"]]'),
        (PAIR, (1,), "x has 1 item, where its annotation has 2"),
        (PAIR, (), "x has 0 items, where its annotation has 2"),
        (
            PAIR | tuple[Float[Tensor, " b"]],
            (1, 2, 3),
            "x has 3 items, where its annotation has 2 or 1",
        ),
        (PAIR, [1], f"x is a list, not {annotation(form_of(PAIR, None))}"),
        (Batch, {}, "x has no key 'ids' and no 'weight', which Batch requires"),
        (Batch, {"ids": 1}, "x has no key 'weight', which Batch requires"),
        (Batch, 3, "x is an int, not Batch"),
    ],
)
def test_a_wrong_type_is_told_from_the_annotation(hint: Any, value: object, text: str) -> None:
    assert type_clause("x", form_of(hint, None), value) == text


def test_the_result_is_named_in_words_and_its_parts_by_their_path() -> None:
    paths = ["x", "returned", "return", "return[0]", "return.k"]
    assert list(map(said, paths)) == ["x", "returned", "the result", "result[0]", "result.k"]


def test_a_call_is_written_with_what_repairs_it() -> None:
    names = [("x", "{}"), ("scale", "scale={}"), ("rest", "*{}")]
    assert call_text(names, "f", {"x": "x.T"}) == "f(x.T, scale=scale, *rest)"
