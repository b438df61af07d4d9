"""A fix that is shown repairs the call: every wrong order of every argument is tried."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
import torch
from jaxtyping import Bool, Complex, Float, UInt8
from torch import Tensor

from typed_rope.checking import ShapeError, typed

B, H, G, T, S, D, E = 2, 6, 3, 5, 7, 8, 9


@typed
def rotate(
    x: Float[Tensor, "b h t d"],
    cos: Float[Tensor, "t d/2"] | Float[Tensor, "b t d/2"],
    sin: Float[Tensor, "t d/2"] | Float[Tensor, "b t d/2"],
) -> Float[Tensor, "b h t d"]:
    return x


@typed
def attend(
    q: Float[Tensor, "b h t d"],
    k: Float[Tensor, "b g s d"],
    v: Float[Tensor, "b g s e"],
    *,
    scale: float | None = None,
) -> Float[Tensor, "b h t e"]:
    return q.new_zeros(*q.shape[:3], v.shape[-1])


@typed
def bias(scores: Float[Tensor, "b h t s"], slope: Float[Tensor, "#b #h t s"]) -> None:
    return None


def f(*sizes: int) -> Tensor:
    return torch.zeros(*sizes)


x, table = f(B, H, T, D), f(T, D // 2)
q, k, v = f(B, H, T, D), f(B, G, S, D), f(B, G, S, E)

SWEPT: dict[str, tuple[Callable[..., object], dict[str, Tensor]]] = {
    "rotate": (rotate, {"x": x, "cos": table, "sin": table}),
    "rotate batched": (rotate, {"x": x, "cos": f(B, T, D // 2), "sin": f(B, T, D // 2)}),
    "attend": (attend, {"q": q, "k": k, "v": v}),
    "bias": (bias, {"scores": f(B, H, T, S), "slope": f(1, H, T, S)}),
}


# No size contradicts these: b and h of x, h and t of q are free. The static checker's to find.
UNSEEN = {("rotate", "x", (1, 0, 2, 3)), ("attend", "q", (0, 2, 1, 3))}


def wrong_orders() -> list[tuple[str, str, tuple[int, ...]]]:
    return [
        (name, argument, order)
        for name, (_, arguments) in SWEPT.items()
        for argument, tensor in arguments.items()
        for order in list(permutations(range(tensor.dim())))[1:]
        if (name, argument, order) not in UNSEEN
    ]


@pytest.mark.parametrize(("name", "argument", "order"), wrong_orders())
def test_a_shown_fix_repairs_the_call(name: str, argument: str, order: tuple[int, ...]) -> None:
    function, right = SWEPT[name]
    wrong: dict[str, Any] = {**right, argument: right[argument].permute(order)}
    error = refused(function, wrong)
    assert error is not None
    fixed = {key: eval(how, {"torch": torch}, wrong) for key, how in error.fix.items()}
    assert fixed
    assert refused(function, {**wrong, **fixed}) is None


@pytest.mark.parametrize(("name", "argument", "order"), sorted(UNSEEN))
def test_no_size_tells_free_axes_apart(name: str, argument: str, order: tuple[int, ...]) -> None:
    function, right = SWEPT[name]
    assert refused(function, {**right, argument: right[argument].permute(order)}) is None


@typed
def mix(
    q: Float[Tensor, "b h t d"], k: Float[Tensor, "b h s d"], v: Float[Tensor, "b h s e"]
) -> Float[Tensor, "b h t e"]:
    return q.new_zeros(*q.shape[:3], v.shape[-1])


def test_one_order_of_all_tensors_is_one_mistake() -> None:
    tokens_first = [f(B, T, H, D), f(B, S, H, D), f(B, S, H, E)]
    with pytest.raises(ShapeError) as error:
        mix(*tokens_first)
    assert error.value.fix == {name: f"{name}.transpose(1, 2)" for name in "qkv"}
    assert str(error.value).splitlines()[0] == (
        "mix: q, k and v fit their annotations with h and t (h and s) exchanged."
    )


def refused(function: Callable[..., object], arguments: dict[str, Any]) -> ShapeError | None:
    try:
        function(**arguments)
    except ShapeError as error:
        return error
    return None


@typed
def convolve(x: Float[Tensor, "b i y x"], weight: Float[Tensor, "o i 3 3"]) -> None:
    return None


@typed
def project(x: Float[Tensor, "... i"], w: Float[Tensor, "o i"], bias: Float[Tensor, " o"]) -> None:
    return None


@typed
def mask_scores(scores: Float[Tensor, "*b t s"], mask: Float[Tensor, "t s"]) -> None:
    return None


@typed
def pairs(turns: Float[Tensor, "t d 2"], numbers: Complex[Tensor, "t d"]) -> None:
    return None


def fix_of(function: Callable[..., object], **arguments: Any) -> dict[str, str]:
    error = refused(function, arguments)
    assert error is not None
    return dict(error.fix)


def test_channels_kept_last_are_moved_past_rows_and_columns() -> None:
    wrong = f(B, T, S, D)
    fix = fix_of(convolve, x=wrong, weight=f(E, D, 3, 3))
    assert fix == {"x": "x.permute(0, 3, 1, 2)"}


def test_neighbours_are_exchanged_rather_than_moved() -> None:
    fix = fix_of(rotate, x=x.transpose(1, 2), cos=table, sin=table)
    assert fix == {"x": "x.transpose(1, 2)"}


def test_no_axes_are_joined_that_nobody_says_are_heads() -> None:
    # With its axes joined, x would have the i of w turned round, and w the o of bias.
    assert fix_of(project, x=f(B, T, D), w=f(B * D, D), bias=f(D)) == {}


def test_any_number_of_axes_lacks_none() -> None:
    assert fix_of(mask_scores, scores=f(B, H, T, S), mask=f(S, S)) == {}


def test_complex_numbers_become_pairs_and_pairs_become_complex() -> None:
    complex_ones = torch.zeros(T, D, dtype=torch.complex64)
    assert fix_of(pairs, turns=complex_ones, numbers=complex_ones) == {
        "turns": "torch.view_as_real(turns)"
    }
    assert fix_of(pairs, turns=f(T, D, 2), numbers=f(T, D, 2)) == {
        "numbers": "torch.view_as_complex(numbers)"
    }


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (Float[Tensor, "t s"], torch.zeros(T, S, dtype=torch.bool)),
        (Bool[Tensor, "t s"], torch.zeros(T, S)),
        (UInt8[Tensor, "t s"], torch.zeros(T, S)),
    ],
    ids=["mask to floats", "floats to mask", "floats to bytes"],
)
def test_no_cast_is_shown_that_changes_what_a_number_means(annotation: Any, value: Tensor) -> None:
    def hide(mask: Any) -> None:
        return None

    hide.__annotations__["mask"] = annotation
    assert fix_of(typed(hide), mask=value) == {}
