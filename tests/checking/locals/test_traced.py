"""Locals of compiled functions: checked in the graph, and the same errors where it breaks."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, check_shape, typed
from typed_rope.checking.locals.running import traced

B, T, D = 3, 5, 8


def helper(y: Tensor) -> Tensor:
    return check_shape(y, "b t")


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    assert traced == []


@typed
def scores(q: Float[Tensor, "t d"], k: Float[Tensor, "s d"], axes: str = "t s") -> Tensor:
    check_shape(q.flatten(), "n")
    return check_shape(q @ k.T, axes)


@typed
def halved(q: Float[Tensor, "t d"]) -> Tensor:
    half = 4
    return check_shape(q[:, :half], "t {half}")


@typed
def numbered(q: Float[Tensor, "t d"], n: int) -> Tensor:
    return check_shape(q, "t {n}")


@typed
def broken(q: Float[Tensor, "t d"], k: Float[Tensor, "s d"]) -> Tensor:
    logits = q @ k.T
    torch._dynamo.graph_break()
    return check_shape(logits, "s t")


Y, K = torch.zeros(T, D), torch.zeros(B, D)


def compiled(function: Any, *, fullgraph: bool) -> Any:
    torch._dynamo.reset()
    return torch.compile(function, fullgraph=fullgraph, backend="eager")


@pytest.mark.parametrize("fullgraph", [False, True])
def test_a_local_that_fits_is_compiled(fullgraph: bool) -> None:
    function = compiled(scores, fullgraph=fullgraph)
    for _ in range(2):
        assert function(Y, K).shape == (T, B)
    assert compiled(numbered, fullgraph=fullgraph)(Y, D).shape == (T, D)


REFUSED: dict[str, tuple[Any, tuple[Any, ...], str]] = {
    "order": (scores, (Y, K, "s t"), "scores: {} has s = 5, where {} has s = 3"),
    "new name": (scores, (Y, K, "n s"), "scores: {} has n = 5, where {} has n = 40"),
    "number": (numbered, (Y, 3), "numbered: {} has {{n}} = 8, where {{n}} is 3"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_local_that_does_not_fit_is_the_same_error_without_a_full_graph(case: str) -> None:
    function, arguments, _ = REFUSED[case]
    with pytest.raises(ShapeError) as expected:
        function(*arguments)
    with pytest.raises(ShapeError) as error:
        compiled(function, fullgraph=False)(*arguments)
    assert str(error.value) == str(expected.value)


@pytest.mark.parametrize("case", REFUSED)
def test_a_local_that_does_not_fit_is_refused_in_a_full_graph(case: str) -> None:
    function, arguments, message = REFUSED[case]
    with pytest.raises(torch._dynamo.exc.Unsupported) as error:
        compiled(function, fullgraph=True)(*arguments)
    assert message.format("value", "the call") in str(error.value)


def test_a_break_of_the_graph_hides_no_mistake() -> None:
    with pytest.raises(ShapeError) as expected:
        broken(Y, K)
    with pytest.raises(ShapeError) as error:
        compiled(broken, fullgraph=False)(Y, K)
    assert str(error.value) == str(expected.value)


def test_a_local_number_is_read_without_a_full_graph_and_explained_with_one() -> None:
    assert compiled(halved, fullgraph=False)(Y).shape == (T, 4)
    with pytest.raises(torch._dynamo.exc.Unsupported) as error:
        compiled(halved, fullgraph=True)(Y)
    assert (
        "check_shape: torch.compile with fullgraph shows it no locals, and half is no argument. "
        'Put the number into the text, as in f"b t {half}", or compile without fullgraph.'
    ) in str(error.value)


UNREADABLE = ["t m/2", "t (d", "t {nowhere}"]


@pytest.mark.parametrize("axes", UNREADABLE)
def test_axes_that_cannot_be_read_are_no_internal_error(axes: str) -> None:
    for fullgraph in (False, True):
        with pytest.raises(Exception, match=r"cannot read the axes|shows it no locals") as error:
            compiled(scores, fullgraph=fullgraph)(Y, K, axes)
        assert "Internal" not in type(error.value).__name__


def test_outside_of_a_call_it_is_refused_under_dynamo_too() -> None:
    for fullgraph in (False, True):
        with pytest.raises(Exception, match="not the body of a checked function"):
            compiled(helper, fullgraph=fullgraph)(Y)
