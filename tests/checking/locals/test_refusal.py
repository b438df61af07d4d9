"""What is said of a local that does not fit: its own row, and those that bound its axes."""

from collections.abc import Callable
from textwrap import dedent
from typing import Any

import numpy as np
import pytest
import torch
from jaxtyping import Float, Int
from torch import Tensor

from typed_rope.checking import ShapeError, typed
from typed_rope.checking.locals.check_shape import check_shape
from typed_rope.shapes import ShapeSyntaxError

B, H, T, S, D = 2, 3, 5, 7, 8
Q, K = torch.ones(B, H, T, D), torch.ones(B, H, S, D)
BOUND = {"b": B, "h": H, "t": T, "d": D, "s": S}


def checked(axes: Any, make: Callable[[Tensor, Tensor], Any] = lambda q, k: q @ k.mT) -> None:
    """Check what `make` computes from the arguments of a call."""

    @typed
    def scores(q: Float[Tensor, "b h t d"], k: Float[Tensor, "b h s d"]) -> None:
        width = 24
        logits = make(q, k)
        assert width, "{width} reads it"
        assert check_shape(logits, axes) is logits

    scores(Q, K)


def refusal(axes: Any, make: Callable[[Tensor, Tensor], Any] = lambda q, k: q @ k.mT) -> ShapeError:
    with pytest.raises(ShapeError) as error:
        checked(axes, make)
    return error.value


@pytest.mark.parametrize("axes", ["b h t s", "*rest t s", "... s", Float[Tensor, "b h t s"]])
def test_a_local_that_fits_is_returned(axes: Any) -> None:
    checked(axes)


SAID: dict[str, tuple[Any, Callable[[Tensor, Tensor], Any], str]] = {
    "exchanged": (
        "b h s t",
        lambda q, k: q @ k.mT,
        """\
        scores: logits has s = 5, where k has s = 7, within the function.
        > logits: "b h s t"                  float32 (2, 3, 5, 7)   s = 5
          k:      Float[Tensor, "b h s d"]   float32 (2, 3, 7, 8)   s = 7""",
    ),
    "computed": (
        "b h t d*2",
        lambda q, k: q,
        """\
        scores: logits has 8 where d*2 is 16 (d = 8 of q), within the function.
        > logits: "b h t d*2"                float32 (2, 3, 5, 8)   d*2 = 8
          q:      Float[Tensor, "b h t d"]   float32 (2, 3, 5, 8)   d = 8
          k:      Float[Tensor, "b h s d"]   float32 (2, 3, 7, 8)   d = 8""",
    ),
    "from a local": (
        "b h t {width}",
        lambda q, k: q,
        """\
        scores: logits has {width} = 8, where {width} is 24, within the function.
        > logits: "b h t {width}"   float32 (2, 3, 5, 8)   {width} = 8""",
    ),
    "rank": (
        "b h t",
        lambda q, k: q,
        """\
        scores: logits has 4 axes, where "b h t" has 3, within the function.
        > logits: "b h t"   float32 (2, 3, 5, 8)""",
    ),
    "dtype": (
        Int[Tensor, "b h t d"],
        lambda q, k: q,
        """\
        scores: logits is float32, which is not Int, within the function.
        > logits: Int[Tensor, "b h t d"]   float32 (2, 3, 5, 8)""",
    ),
    "None": (
        "b h t d",
        lambda q, k: None,
        """\
        scores: logits is None, not a Tensor, within the function.
        > logits: "b h t d"   None""",
    ),
    "numpy": (
        "b h t d",
        lambda q, k: np.ones((2, 3, 5, 8), dtype=np.float32),
        """\
        scores: logits is a numpy.ndarray, not a Tensor, within the function.
        > logits: "b h t d"   numpy.ndarray float32 (2, 3, 5, 8)""",
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_a_local_that_does_not_fit_is_refused_with_those_that_bound_its_axes(case: str) -> None:
    axes, make, message = SAID[case]
    assert str(refusal(axes, make)) == dedent(message)


def test_the_parts_of_the_error_are_those_of_its_rows() -> None:
    error = refusal("b h s t")
    assert (error.function, error.argument, error.fix) == ("scores", "logits", {})
    assert error.declared == {
        "logits": '"b h s t"',
        "k": 'Float[Tensor, "b h s d"]',
    }
    assert error.actual == {"logits": "float32 (2, 3, 5, 7)", "k": "float32 (2, 3, 7, 8)"}
    assert error.bindings == BOUND


def test_an_argument_is_shown_by_the_member_of_its_union_that_it_is() -> None:
    @typed
    def scale(x: Float[Tensor, " d"] | Float[Tensor, "t d"]) -> None:
        wrong = x.T
        check_shape(wrong, "d d")

    with pytest.raises(ShapeError) as error:
        scale(torch.ones(T, D))
    assert str(error.value) == dedent("""\
        scale: wrong has d = 5, where x has d = 8, within the function.
        > wrong: "d d"                  float32 (8, 5)   d = 8, d = 5
          x:     Float[Tensor, "t d"]   float32 (5, 8)   d = 8""")


def test_a_local_that_was_checked_before_is_named_as_it_was_written() -> None:
    @typed
    def doubled(q: Float[Tensor, "b h t d"]) -> None:
        up = q.repeat(1, 1, 1, 2)
        check_shape(up, "b h t e")
        check_shape(up.mT[:, :, :T], "b h t e")

    with pytest.raises(ShapeError) as error:
        doubled(Q)
    assert str(error.value) == dedent("""\
        doubled: up.mT[:, :, :T] has e = 5, where up has e = 16, within the function.
        > up.mT[:, :, :T]: "b h t e"   float32 (2, 3, 5, 5)    e = 5
          up:              "b h t e"   float32 (2, 3, 5, 16)   e = 16""")
    assert error.value.bindings == {"b": B, "h": H, "t": T, "d": D, "e": 2 * D}


def test_a_call_over_several_lines_is_named_by_its_argument() -> None:
    @typed
    def scores(q: Float[Tensor, "b h t d"]) -> None:
        check_shape(
            q.flatten(
                2,
            ),
            "b h d",
        )

    with pytest.raises(ShapeError) as error:
        scores(Q)
    assert error.value.argument == "q.flatten(2)"


def test_four_rows_are_shown_at_most() -> None:
    @typed
    def total(
        a: Float[Tensor, "t d"],
        b: Float[Tensor, "t d"],
        c: Float[Tensor, "t d"],
        e: Float[Tensor, "t d"],
    ) -> None:
        check_shape(a + b + c + e, "d t")

    with pytest.raises(ShapeError) as error:
        total(*(torch.ones(T, D) for _ in range(4)))
    assert [line[:2] for line in str(error.value).splitlines()[1:]] == ["> ", *["  "] * 3]
    assert list(error.value.declared) == ["a + b + c + e", "a", "b", "c"]


@pytest.mark.parametrize("name", ["unknown code", "no source"])
def test_a_local_whose_source_is_not_there_is_named_value(name: str) -> None:
    scope: dict[str, Any] = {"typed": typed, "Float": Float, "Tensor": Tensor, "check": check_shape}
    text = '@typed\ndef f(x: Float[Tensor, "t d"]) -> None:\n    check(x, "d t")\n'
    exec(compile(text, f"<{name}>", "exec"), scope)
    with pytest.raises(ShapeError) as error:
        scope["f"](torch.ones(T, D))
    assert error.value.argument == "value"


def test_a_local_that_is_checked_without_a_call_of_its_own_is_named_value() -> None:
    @typed
    def several(q: Float[Tensor, "b h t d"]) -> None:
        [*map(check_shape, [q], ["b h d t"])]

    with pytest.raises(ShapeError) as error:
        several(Q)
    assert error.value.argument == "value"


AXES: dict[str, str] = {
    "b h t {n}": """\
        cannot read the axes "b h t {n}": {n} reads n, which is no local here
            b h t {n}
                  ^^^
        Assign it before, or read an argument.""",
    "b h t x/2": """\
        cannot read the axes "b h t x/2": no argument of this call and no local checked before has \
an axis x
            b h t x/2
                  ^
        Check a local with an axis x first, or write {...} for a number.""",
}


@pytest.mark.parametrize("axes", AXES)
def test_axes_that_nothing_gives_a_size_are_refused_as_written(axes: str) -> None:
    with pytest.raises(ShapeSyntaxError) as error:
        checked(axes)
    assert str(error.value) == dedent(AXES[axes])
