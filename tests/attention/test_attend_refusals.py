"""What attend refuses in its body, because no signature can say it: whole messages."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from typed_rope.attention import attend, attend_reference, attend_sdpa, masks
from typed_rope.attention.attend import Backend
from typed_rope.checking import ShapeError

B, G, H, T, S, D, E = 3, 2, 10, 7, 11, 8, 6
BACKENDS: list[Backend] = ["auto", "sdpa", "reference"]


def drawn(g: int = G) -> tuple[Tensor, Tensor, Tensor]:
    return torch.randn(B, H, T, D), torch.randn(B, g, S, D), torch.randn(B, g, S, E)


def test_heads_that_do_not_divide_are_named() -> None:
    q, k, v = drawn(g=4)
    with pytest.raises(ShapeError) as error:
        attend(q, k, v)
    assert str(error.value) == (
        "attend: the 10 heads of q are no multiple of the 4 heads of k and v."
    )


def test_tokens_before_heads_are_seen_where_heads_do_not_divide() -> None:
    tokens_first: dict[str, Any] = {"q": torch.randn(B, T, H, D), "k": torch.randn(B, S, G, D)}
    tokens_first["v"] = torch.randn(B, S, G, E)
    with pytest.raises(ShapeError) as error:
        attend(**tokens_first)
    assert str(error.value) == (
        "attend: the 7 heads of q are no multiple of the 11 heads of k and v. With heads before "
        "tokens they would be: q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)."
    )
    fixed = {name: eval(written, {}, tokens_first) for name, written in error.value.fix.items()}
    assert attend(**fixed).shape == (B, H, T, E)


def test_unlike_dtypes_are_named() -> None:
    q, k, v = drawn()
    with pytest.raises(ShapeError) as error:
        attend(q, k.half(), v)
    assert str(error.value) == (
        "attend: q, k and v must share a dtype, got torch.float32, torch.float16 and torch.float32."
    )


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((2, H, T, S), "attend: the mask is for b = 2, but q has b = 3."),
        ((B, 5, T, S), "attend: the mask is for h = 5, but q has h = 10."),
    ],
    ids=["batch", "heads"],
)
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_mask_for_other_sizes_is_named(
    shape: tuple[int, ...], message: str, backend: Backend
) -> None:
    q, k, v = drawn()
    with pytest.raises(ShapeError) as error:
        attend(q, k, v, mask=masks.explicit(torch.ones(shape, dtype=torch.bool)), backend=backend)
    assert str(error.value) == message


def test_a_bare_tensor_is_no_mask() -> None:
    q, k, v = drawn()
    with pytest.raises(ShapeError):
        attend(q, k, v, mask=torch.ones(T, S, dtype=torch.bool))  # type: ignore[arg-type] # the point


@pytest.mark.parametrize(
    ("softcap", "sinks", "message"),
    [
        (
            5.0,
            None,
            'attend: backend "sdpa" has no softcap; use "reference", or "auto", which chooses.',
        ),
        (
            5.0,
            torch.zeros(H),
            'attend: backend "sdpa" has no softcap and no sinks; use "reference", or "auto", '
            "which chooses.",
        ),
    ],
)
def test_a_backend_that_cannot_says_who_can(
    softcap: float, sinks: Tensor | None, message: str
) -> None:
    q, k, v = drawn()
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        attend(q, k, v, softcap=softcap, sinks=sinks, backend="sdpa")
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"softcap": 0.0}, "softcap must be positive and finite, got 0.0; None means no cap."),
        ({"softcap": math.nan}, "softcap must be positive and finite, got nan; None means no cap."),
        ({"softcap": math.inf}, "softcap must be positive and finite, got inf; None means no cap."),
        ({"scale": math.nan}, "scale must be finite, got nan; None means 1/√d."),
        ({"scale": -math.inf}, "scale must be finite, got -inf; None means 1/√d."),
    ],
)
def test_a_number_that_means_nothing_is_refused(setting: dict[str, Any], message: str) -> None:
    q, k, v = drawn()
    with pytest.raises(ValueError) as error:  # noqa: PT011 (the whole message is compared)
        attend(q, k, v, **setting)
    assert str(error.value) == f"attend: {message}"


def test_heads_without_channels_are_refused() -> None:
    q, k, v = torch.randn(B, H, T, 0), torch.randn(B, G, S, 0), torch.randn(B, G, S, E)
    with pytest.raises(ShapeError) as error:
        attend(q, k, v)
    assert str(error.value) == "attend: q and k have no channels to compare (d = 0)."


@pytest.mark.parametrize("backend", [attend_reference, attend_sdpa])
def test_a_backend_called_by_itself_names_heads_that_cannot_be_shared(
    backend: Callable[..., Tensor],
) -> None:
    q, k, v = drawn(g=4)
    with pytest.raises(ShapeError) as error:
        backend(q, k, v, mask=masks.full(), scale=1.0)
    assert str(error.value) == (
        f"{backend.__name__}: the 10 heads of q are no multiple of the 4 heads of k and v."
    )
