"""A local of a checked function is held to the axes of the running call."""

from collections.abc import Callable
from textwrap import dedent
from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, check_shape, checks, typed
from typed_rope.shapes import ShapeSyntaxError

B, H, T, S, D = 2, 3, 5, 7, 8
Q, K = torch.zeros(B, H, T, D), torch.zeros(B, H, S, D)


class Layer:
    heads = 4

    @typed
    def forward(self, q: Float[Tensor, "b h t d"]) -> Tensor:
        return check_shape(q, "b {self.heads} t d")


@typed
def scores(
    q: Float[Tensor, "b h t d"], k: Float[Tensor, "b h s d"], axes: Any = "b h t s"
) -> Tensor:
    logits = q @ k.mT
    return check_shape(logits, axes)


@typed
def merge(q: Float[Tensor, "b h t d"], tokens: Tensor) -> Tensor:
    check_shape(q.flatten(1, 2), "b n d")
    return check_shape(tokens, "n d")


@typed
def look(q: Float[Tensor, "b h t d"], x: Any, axes: Any) -> Any:
    return check_shape(x, axes)


@typed
def named(q: Float[Tensor, "b h t d"]) -> Tensor:
    return check_shape(axes="b h t d", x=q.mT)


@typed
def width(q: Float[Tensor, "b h t d"]) -> Tensor:
    half = q.shape[-1] // 2  # noqa: F841 # read by the axes
    return check_shape(q[..., :3], "b h t {half}")


@typed
def many(q: Float[Tensor, "*b t d"], x: Tensor) -> Tensor:
    return check_shape(x, "*b t d")


ERRORS: dict[str, tuple[Callable[[], object], str]] = {
    "two axes exchanged": (
        lambda: scores(Q, K, "b h s t"),
        """\
        scores: logits has s = 5, where k has s = 7, within the function.
        > logits: "b h s t"                  float32 (2, 3, 5, 7)   s = 5
          k:      Float[Tensor, "b h s d"]   float32 (2, 3, 7, 8)   s = 7
        """,
    ),
    "axis of another local": (
        lambda: merge(Q, torch.zeros(T, D)),
        """\
        merge: tokens has n = 5, where q.flatten(1, 2) has n = 15, within the function.
        > tokens:          "n d"     float32 (5, 8)       n = 5
          q.flatten(1, 2): "b n d"   float32 (2, 15, 8)   n = 15
        """,
    ),
    "rank": (
        lambda: look(Q, Q, "b t d"),
        """\
        look: x has 4 axes, where "b t d" has 3, within the function.
        > x: "b t d"   float32 (2, 3, 5, 8)
        """,
    ),
    "dtype": (
        lambda: look(Q, Q.long(), Float[Tensor, "b h t d"]),
        """\
        look: x is int64, which is not Float, within the function.
        > x: Float[Tensor, "b h t d"]   int64 (2, 3, 5, 8)
        """,
    ),
    "no tensor": (
        lambda: look(Q, [Q], "b h t d"),
        """\
        look: x is a list, not a Tensor, within the function.
        > x: "b h t d"   list of 1
        """,
    ),
    "fixed size": (
        lambda: look(Q, Q, "b ... 4"),
        """\
        look: x has 8 at axis -1, where its annotation says 4, within the function.
        > x: "b ... 4"   float32 (2, 3, 5, 8)
        """,
    ),
    "by keyword": (
        lambda: named(Q),
        """\
        named: q.mT has t = 8, where q has t = 5, within the function.
        > q.mT: "b h t d"                  float32 (2, 3, 8, 5)   t = 8
          q:    Float[Tensor, "b h t d"]   float32 (2, 3, 5, 8)   t = 5
        """,
    ),
    "number of a local": (
        lambda: width(Q),
        """\
        width: q[..., :3] has {half} = 3, where {half} is 4, within the function.
        > q[..., :3]: "b h t {half}"   float32 (2, 3, 5, 3)   {half} = 3
        """,
    ),
    "number of an attribute": (
        lambda: Layer().forward(Q),
        """\
        Layer.forward: q has {self.heads} = 3, where {self.heads} is 4, within the function.
        > q: "b {self.heads} t d"   float32 (2, 3, 5, 8)   {self.heads} = 3
        """,
    ),
    "any number of axes": (
        lambda: many(Q, Q[:1]),
        """\
        many: x has (1, 3) for *b, where q has (2, 3), within the function.
        > x: "*b t d"                  float32 (1, 3, 5, 8)
          q: Float[Tensor, "*b t d"]   float32 (2, 3, 5, 8)
        """,
    ),
}


@pytest.mark.parametrize("case", ERRORS)
def test_a_local_that_does_not_fit_is_refused_in_these_words(case: str) -> None:
    call, message = ERRORS[case]
    with pytest.raises(ShapeError) as error:
        call()
    assert str(error.value) == dedent(message).rstrip()
    assert error.value.__suppress_context__


def test_the_error_tells_its_parts() -> None:
    with pytest.raises(ShapeError) as caught:
        scores(Q, K, "b h s t")
    error = caught.value
    assert (error.function, error.argument, error.fix) == ("scores", "logits", {})
    assert error.declared == {"logits": '"b h s t"', "k": 'Float[Tensor, "b h s d"]'}
    assert error.actual == {"logits": "float32 (2, 3, 5, 7)", "k": "float32 (2, 3, 7, 8)"}
    assert error.bindings == {"b": B, "h": H, "t": T, "d": D, "s": S}


FITS = [
    "b h t d",
    "b h t d=d",
    "b h t 2*h+2",
    "... d",
    "*more t d",
    "_ h _ _",
    "b h t {x.shape[3]}",
]


@pytest.mark.parametrize("axes", [*FITS, Float[Tensor, "b h t d"]], ids=str)
def test_a_local_that_fits_is_returned_itself(axes: Any) -> None:
    x = Q.clone()
    assert look(Q, x, axes) is x


def test_a_tensor_without_axes_fits_the_empty_text() -> None:
    assert look(Q, Q.sum(), "").shape == ()


def test_a_new_name_holds_until_the_call_ends() -> None:
    assert merge(Q, torch.zeros(H * T, D)).shape == (H * T, D)
    assert merge(Q[:, :, :4], torch.zeros(H * 4, D)).shape == (H * 4, D)


def test_the_result_is_held_to_the_signature_alone() -> None:
    @typed
    def fold(q: Float[Tensor, "b h t d"]) -> Float[Tensor, "b n"]:
        check_shape(q.flatten(1, 2), "b n d")
        return q[:, 0, 0]

    assert fold(Q).shape == (B, D)


@pytest.mark.parametrize("broadcast", [False, True])
def test_axes_that_may_be_broadcast_join_those_that_are_known(broadcast: bool) -> None:
    @typed
    def plain(q: Float[Tensor, "*b t d"], r: Tensor) -> Tensor:
        check_shape(r, "*#b t d")
        return check_shape(q + r, "*b t d")

    @typed
    def spread(q: Float[Tensor, "*#b t d"], r: Float[Tensor, "*#b t d"]) -> Tensor:
        check_shape(r, "*#b t d")
        return check_shape(q + r, "*b t d")

    assert (spread if broadcast else plain)(Q, Q[:1]).shape == Q.shape


def test_axes_that_may_be_broadcast_grow_with_a_local() -> None:
    @typed
    def grow(q: Float[Tensor, "*#b t d"], r: Tensor) -> Tensor:
        check_shape(r, "*#b t d")
        return check_shape(q, "*b t d")

    assert grow(Q[:1], Q[:1]).shape == (1, H, T, D)
    with pytest.raises(ShapeError):
        grow(Q[:1], Q)


MISUSED: dict[str, tuple[Callable[[], object], type[Exception], str]] = {
    "not closed": (
        lambda: look(Q, Q, "b h (t d"),
        ShapeSyntaxError,
        """\
        cannot read the axes "b h (t d": '(' is never closed
            b h (t d
                ^
        """,
    ),
    "unbound": (
        lambda: look(Q, Q, "b h t n/2"),
        ShapeSyntaxError,
        """\
        cannot read the axes "b h t n/2": no argument of this call and no local checked before has \
an axis n
            b h t n/2
                  ^
        Check a local with an axis n first, or write {...} for a number.
        """,
    ),
    "no local": (
        lambda: look(Q, Q, "b h t {nowhere}"),
        ShapeSyntaxError,
        """\
        cannot read the axes "b h t {nowhere}": {nowhere} reads nowhere, which is no local here
            b h t {nowhere}
                  ^^^^^^^^^
        Assign it before, or read an argument.
        """,
    ),
    "outside": (
        lambda: check_shape(Q, "b h t d"),
        RuntimeError,
        """\
        check_shape: <lambda> is not the body of a checked function that is running. Decorate it \
with @typed, or the function that it is written in: the axes are those of that call. If it is \
decorated, its call began where checks are "off".
        """,
    ),
}
NO_AXES: list[tuple[Any, str]] = [
    (Q, "a value of type Tensor"),
    (["b", "t"], "a value of type list"),
    (3, "a value of type int"),
    (int, "int"),
    (list[int], "list[int]"),
    (Float[Tensor, "b"] | None, "jaxtyping.Float[Tensor, 'b'] | None"),
]


@pytest.mark.parametrize(("axes", "shown"), NO_AXES, ids=[shown for _, shown in NO_AXES])
def test_what_are_no_axes_is_refused_in_these_words(axes: Any, shown: str) -> None:
    with pytest.raises(TypeError) as error:
        look(Q, Q, axes)
    assert str(error.value) == (
        f"check_shape: {shown} is neither a text of axes nor the annotation of one torch tensor. "
        'Write check_shape(x, "b t d") or check_shape(x, Float[Tensor, "b t d"]).'
    )


@pytest.mark.parametrize("case", MISUSED)
def test_what_cannot_be_asked_is_an_error_in_these_words(case: str) -> None:
    call, kind, message = MISUSED[case]
    with pytest.raises(kind) as error:
        call()
    assert type(error.value) is kind
    assert str(error.value) == dedent(message).rstrip()


def test_a_local_is_left_alone_where_checks_are_off() -> None:
    with checks("off"):
        assert scores(Q, K, "b h s t").shape == (B, H, T, S)
        assert check_shape(Q, "anything") is Q
