"""A sweep tells refused, harmless, unexplained and silent layouts apart."""

from dataclasses import dataclass
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import typed
from typed_rope.testing import Arguments, arguments, layout_sweep

B, H, T, D = 2, 3, 7, 10
AXES = {"x": "b t c", "return": "b t c"}


@typed
def turn(x: Float[Tensor, "b h t d"], cos: Float[Tensor, "t d/2"]) -> Float[Tensor, "b h t d"]:
    return x * torch.cat([cos, cos], -1)


def unchecked(x: Tensor, cos: Tensor) -> Tensor:
    return x * torch.cat([cos, cos], -1)


def softmax(x: Tensor) -> Tensor:
    return x.softmax(1)


def right() -> dict[str, Tensor]:
    return {"x": torch.randn(B, H, T, D), "cos": torch.randn(T, D // 2)}


def test_a_checked_function_is_safe() -> None:
    report = layout_sweep(turn, right())
    assert report.counts == {"silent": 0, "unexplained": 0, "refused": 23, "harmless": 1}
    (harmless,) = (row for row in report.rows if row.outcome == "harmless")
    assert (harmless.argument, harmless.layout) == ("x", "h b t d")
    assert report
    report.assert_safe()


def test_an_error_of_torch_explains_nothing() -> None:
    report = layout_sweep(unchecked, right())
    assert report.counts == {"silent": 0, "unexplained": 23, "refused": 0, "harmless": 1}
    assert not report


def test_a_wrong_output_is_silent_and_the_table_says_so() -> None:
    report = layout_sweep(softmax, (torch.randn(B, H, T),), axes=AXES)
    with pytest.raises(AssertionError) as error:
        report.assert_safe()
    assert str(error.value) == (
        "softmax: 5 wrong layouts: 4 silent, 1 harmless.\n"
        "argument   outcome    layouts\n"
        "x          silent     b c t, t b c, t c b, c b t\n"
        "x          harmless   c t b"
    )
    assert repr(report) == str(report)


@pytest.mark.parametrize(
    ("function", "layouts"),
    [
        (lambda x: x.transpose(1, 2), 23),
        (lambda x: x.transpose(1, 2).flatten(2), 0),
    ],
    ids=["moved", "merged"],
)
def test_an_output_may_be_the_right_one_in_another_order(function: Any, layouts: int) -> None:
    report = layout_sweep(function, (torch.randn(B, H, T, D),))
    assert report.counts["harmless"] >= layouts


def test_a_product_of_axes_is_taken_apart() -> None:
    def merge(x: Float[Tensor, "b h t d"]) -> Float[Tensor, "b t h*d"]:
        return x.transpose(1, 2).flatten(2)

    assert layout_sweep(merge, (torch.randn(B, H, T, D),)).counts["harmless"] == 23


def test_what_changes_its_argument_is_compared_by_that() -> None:
    def scale(x: Float[Tensor, "b t"]) -> None:
        x.mul_(torch.arange(x.shape[0])[:, None])

    assert layout_sweep(scale, (torch.randn(B, T),)).counts["silent"] == 1


@dataclass
class State:
    k: Tensor
    v: Tensor


def test_tensors_in_containers_and_records_are_tried_too() -> None:
    @typed
    def mix(
        parts: list[Float[Tensor, "b t"]], named: dict[str, Float[Tensor, "t c"]]
    ) -> Float[Tensor, "b c"]:
        return parts[0] @ named["w"]

    report = layout_sweep(mix, {"parts": [torch.randn(B, T)], "named": {"w": torch.randn(T, D)}})
    assert {row.argument for row in report.rows} == {"parts[0]", "named['w']"}
    assert report.counts["refused"] == 2

    def hold(state: State) -> Tensor:
        return state.k + state.v.sum()

    found = layout_sweep(hold, (State(torch.randn(B, T), torch.randn(T, D)),))
    assert {row.argument for row in found.rows} == {"state.k", "state.v"}


def test_random_numbers_start_anew_at_every_call() -> None:
    def drop(x: Float[Tensor, "b t"]) -> Float[Tensor, ""]:
        return torch.dropout(torch.ones(5), 0.5, True).sum() + 0 * x.sum()

    assert layout_sweep(drop, (torch.randn(B, T),)).counts["harmless"] == 1


def _split(x: Float[Tensor, "b t c"], heads: int) -> Float[Tensor, "b {heads} t c/{heads}"]:
    return torch.stack(x.chunk(heads, 2), 1)


@pytest.mark.parametrize(
    ("function", "given", "problem"),
    [
        (softmax, {"x": torch.zeros(B, T, T)}, "axis 1 and axis 2 of x both have size 7"),
        (
            turn,
            {"x": torch.zeros(B, H, 5, D), "cos": torch.zeros(5, 5)},
            "t and d/2 of cos both have size 5; t and d/2 both have size 5",
        ),
        (
            _split,
            {"x": torch.zeros(2, 9, 12), "heads": 3},
            "t = 9 can be divided by 3, as c/{heads} asks of another axis",
        ),
    ],
)
def test_sizes_that_hide_a_mistake_are_refused(
    function: Any, given: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ValueError, match="layout_sweep") as error:
        layout_sweep(function, given)
    assert str(error.value) == (
        f"layout_sweep of {function.__name__}: {problem}. A wrong layout could pass; choose sizes "
        "that are pairwise distinct and none 1, as typed_rope.testing.arguments does."
    )


@settings(max_examples=5, deadline=None)
@given(arguments(turn, dtypes=torch.float32))
def test_drawn_arguments_can_be_swept(found: Arguments) -> None:
    layout_sweep(turn, found).assert_safe()


def test_zeros_do_not_hide_a_silent_layout() -> None:
    assert layout_sweep(softmax, (torch.zeros(B, H, T),), axes=AXES).counts["silent"] == 4


def test_arguments_are_drawn_where_none_are_given() -> None:
    assert layout_sweep(turn).counts["refused"] == 23


def test_of_a_strategy_the_simplest_example_is_swept() -> None:
    assert layout_sweep(turn, arguments(turn, sizes={"t": 5})).counts["refused"] == 23


def test_arguments_may_be_a_list() -> None:
    x, cos = torch.randn(B, H, T), torch.randn(T)
    with pytest.raises(TypeError):
        layout_sweep(softmax, [x, cos], axes=AXES)
    assert layout_sweep(softmax, [x], axes=AXES).counts["silent"] == 4


def test_anything_else_is_no_call() -> None:
    with pytest.raises(TypeError) as error:
        layout_sweep(turn, 7)  # type: ignore[arg-type]  # the mistake in question
    assert str(error.value) == (
        "layout_sweep: give the arguments of one call, by name, in a tuple, or as a strategy that "
        "draws them, not 7."
    )
