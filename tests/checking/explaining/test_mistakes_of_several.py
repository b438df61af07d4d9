"""One sentence of several tensors says of each of them what is true of it."""

from textwrap import dedent

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, typed

Q, K, V = torch.zeros(2, 6, 5, 8), torch.zeros(2, 3, 7, 8), torch.zeros(2, 3, 7, 9)


@typed
def mix(
    q: Float[Tensor, "b h t d"],
    k: Float[Tensor, "b g s d"],
    v: Float[Tensor, "b g s e"],
    bias: Float[Tensor, "h t s"],
) -> None:
    """Only look."""


def _refused(q: Tensor, k: Tensor, v: Tensor) -> str:
    with pytest.raises(ShapeError) as error:
        mix(q, k, v, torch.zeros(6, 5, 7))
    return str(error.value)


def test_dtypes_that_differ_are_all_named() -> None:
    assert _refused(Q.int(), K.int(), V.bool()).splitlines()[0] == (
        "mix: q, k and v are int32 and bool, which is not Float."
    )


def test_axes_that_are_called_otherwise_in_another_tensor_are_named_in_brackets() -> None:
    message = """\
        mix: q and k fit their annotations with h and t (g and s) exchanged.
        > q:    Float[Tensor, "b h t d"]   float32 (2, 5, 6, 8)   h = 5, t = 6
        > k:    Float[Tensor, "b g s d"]   float32 (2, 7, 3, 8)   g = 7, s = 3
          v:    Float[Tensor, "b g s e"]   float32 (2, 3, 7, 9)   g = 3, s = 7
          bias: Float[Tensor, "h t s"]     float32 (6, 5, 7)      h = 6, t = 5, s = 7
        Write: mix(q.transpose(1, 2), k.transpose(1, 2), v, bias)
    """
    assert _refused(Q.transpose(1, 2), K.transpose(1, 2), V) == dedent(message).rstrip()
