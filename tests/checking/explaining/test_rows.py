"""Which arguments a message shows, and what of each."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass
from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor, nn

from typed_rope.checking import typed
from typed_rope.checking.boundary import Boundary
from typed_rope.checking.explaining.blame import Verdict
from typed_rope.checking.explaining.clause import Clause
from typed_rope.checking.explaining.rows import culprit_rows
from typed_rope.checking.explaining.wording import Row
from typed_rope.checking.leaves import given_values
from typed_rope.checking.repairing import Refused

B, T, S, D = 2, 5, 7, 8


def f(*sizes: int) -> Tensor:
    return torch.zeros(sizes)


def rows(
    function: Callable[..., Any],
    culprits: str,
    disputed: str,
    *result: object,
    **arguments: object,
) -> list[Row]:
    boundary: Boundary = function.__boundary__  # type: ignore[attr-defined] # of every wrapper
    call = Refused(boundary, arguments, given_values(boundary, arguments), result)
    verdict = Verdict((), tuple(culprits.split()), frozenset(disputed.split()))
    return culprit_rows(call, call.tensors, verdict)


def names(found: list[Row]) -> list[str]:
    return [("> " if row.culprit else "") + row.name for row in found]


@typed
def attend(
    q: Float[Tensor, "b t d"],
    k: Float[Tensor, "b s d"],
    v: Float[Tensor, "b s e"],
    mask: Float[Tensor, "t s"],
    scale: float,
) -> Float[Tensor, "b t e"]:
    return q


CALL: dict[str, object] = {"q": f(B, T, D), "k": f(B, S, D), "v": f(B, S, 9), "mask": f(T, S)}
CALL["scale"] = 0.5


@pytest.mark.parametrize("cls", [Verdict, Clause, Row])
def test_nothing_that_a_message_is_made_of_can_be_changed(cls: type) -> None:
    field = next(iter(cls.__dataclass_fields__))  # type: ignore[attr-defined] # of a dataclass
    with pytest.raises(FrozenInstanceError):
        setattr(object.__new__(cls), field, 1)


def test_the_culprit_is_shown_among_those_that_share_the_axes_in_dispute() -> None:
    assert names(rows(attend, "k", "s", **CALL)) == ["> k", "v", "mask"]
    assert names(rows(attend, "k", "d", **CALL)) == ["q", "> k"]
    assert names(rows(attend, "mask", "", **CALL)) == ["> mask"]


def test_a_row_tells_what_is_declared_what_is_given_and_the_sizes_in_dispute() -> None:
    q, k = rows(attend, "k", "d", **CALL)
    assert q == Row("q", 'Float[Tensor, "b t d"]', "float32 (2, 5, 8)", "d = 8", False)
    assert k == Row("k", 'Float[Tensor, "b s d"]', "float32 (2, 7, 8)", "d = 8", True)


def test_what_is_no_tensor_is_shown_by_its_value_and_has_no_sizes() -> None:
    assert rows(attend, "scale", "", **CALL | {"scale": "a"}) == [
        Row("scale", "float", "'a'", "", True)
    ]
    listed, *_ = rows(attend, "q", "b", **CALL | {"q": [1, 2]})
    assert listed == Row("q", 'Float[Tensor, "b t d"]', "list of 2", "", True)


def test_four_rows_are_shown_the_culprits_first() -> None:
    assert names(rows(attend, "mask", "b t s", **CALL)) == ["q", "k", "v", "> mask"]
    shown = rows(attend, "v mask scale k q", "", **CALL)
    assert names(shown) == ["> q", "> k", "> v", "> mask"]
    assert names(rows(attend, "return", "b t e", f(B, T, D), **CALL)) == [
        "q",
        "k",
        "v",
        "> result",
    ]


def test_where_nobody_is_to_blame_the_first_four_are_shown() -> None:
    assert names(rows(attend, "", "", **CALL)) == ["q", "k", "v", "mask"]


def test_parts_stand_in_the_order_of_the_call() -> None:
    @typed
    def gather(first: Float[Tensor, " t/2"], parts: list[Float[Tensor, " t"]]) -> None: ...

    many = rows(gather, "parts[2]", "t", first=f(2), parts=[f(4), f(4), f(5)])
    assert names(many) == ["first", "parts[0]", "parts[1]", "> parts[2]"]


def test_parts_of_a_result_are_called_so() -> None:
    @typed
    def split(x: Float[Tensor, "t d"]) -> tuple[Float[Tensor, " t"], Float[Tensor, " d"]]:
        return x[:, 0], x[0]

    found = rows(split, "return[1]", "d", (f(T), f(T)), x=f(T, D))
    assert names(found) == ["x", "> result[1]"]


@typed
def split(x: Float[Tensor, "b c={heads}*4"], heads: int, rest: Any = None) -> None: ...


def test_a_value_that_an_axis_in_dispute_reads_is_shown() -> None:
    assert rows(split, "x", "c", x=f(B, 9), heads=3, rest=None)[1:] == [
        Row("heads", "int", "3", "", False)
    ]
    assert names(rows(split, "x", "b", x=f(B, 9), heads=3, rest=None)) == ["> x"]


def test_a_value_without_annotation_is_an_argument() -> None:
    @typed
    def split(x: Float[Tensor, "b {heads}"], heads) -> None: ...  # type: ignore[no-untyped-def] # the point

    assert rows(split, "x", "{heads}", x=f(B, 9), heads=3)[1:] == [
        Row("heads", "argument", "3", "", False)
    ]


def test_a_value_that_is_shown_already_is_shown_once() -> None:
    found = rows(split, "x heads", "c", x=f(B, 9), heads=3, rest=None)
    assert names(found) == ["> x", "> heads"]


def test_a_value_that_could_not_be_read_is_not_shown() -> None:
    @typed
    def split(x: Float[Tensor, "b {config.heads}"], config: Any) -> None: ...

    assert names(rows(split, "x", "{config.heads}", x=f(B, 9), config=None)) == ["> x"]


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.heads, self.width = 3, 4

    @typed
    def forward(self, x: Float[Tensor, "b {self.heads}*{self.width}"]) -> None: ...


def test_an_attribute_is_shown_with_the_class_of_its_owner() -> None:
    found = rows(Attention.forward, "x", "{self.heads}*{self.width}", self=Attention(), x=f(B, 9))
    assert found[1:] == [
        Row("self.heads", "of Attention", "3", "", False),
        Row("self.width", "of Attention", "4", "", False),
    ]


def test_values_come_after_four_rows_only_if_there_is_room() -> None:
    @typed
    def mix(
        heads: int,
        x: Float[Tensor, "b {heads}"],
        y: Float[Tensor, "b t"],
        z: Float[Tensor, "b s"],
    ) -> None: ...

    call = {"x": f(B, 9), "y": f(B, T), "z": f(B, S)}
    assert names(rows(mix, "x", "b {heads}", heads=3, **call)) == ["> x", "y", "z", "heads"]
    one_more = rows(mix, "heads x y z", "b {heads}", heads=3, **call)
    assert names(one_more) == ["> heads", "> x", "> y", "> z"]


@typed
@dataclass
class Cache:
    k: Float[Tensor, "s {width}"]
    width: int


def test_a_value_that_a_record_reads_is_a_field_of_it() -> None:
    @typed
    def grow(x: Float[Tensor, "s d"], cache: Cache) -> None: ...

    cache = Cache(f(S, 3), 3)
    found = rows(grow, "cache.k", "{width}", x=f(S, D), cache=cache)
    assert found[1:] == [Row("cache.width", "field", "3", "", False)]
