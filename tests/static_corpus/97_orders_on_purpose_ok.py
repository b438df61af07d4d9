"""Transposed on purpose: both orders have a use."""

import torch
from jaxtyping import Float
from torch import Tensor


def time_major(x: Float[Tensor, "batch time c"]) -> Float[Tensor, "time batch c"]:
    return x.transpose(0, 1)


def batch_major(x: Float[Tensor, "time batch c"]) -> Float[Tensor, "batch time c"]:
    return x.transpose(0, 1)


def there_and_back(x: Float[Tensor, "batch time c"]) -> Float[Tensor, "batch time c"]:
    return batch_major(time_major(x))


def axial(x: Float[Tensor, "b h w c"]) -> Float[Tensor, "b h w c"]:
    """Attend along rows, and by a swap along columns: attend's names bind anew."""
    x = attend_rows(x)
    return attend_rows(x.transpose(1, 2)).transpose(1, 2)


def attend_rows(x: Float[Tensor, "b lines n c"]) -> Float[Tensor, "b lines n c"]:
    weights = torch.einsum("blnc,blmc->blnm", x, x).softmax(-1)
    return weights @ x


def sequence_first(x: Float[Tensor, "s b c"]) -> Float[Tensor, "s b c"]:
    return x - x.mean(0)


def centre_over_batch(x: Float[Tensor, "n t c"]) -> Float[Tensor, "n t c"]:
    return sequence_first(x)


def outer_both(a: Float[Tensor, "n"], b: Float[Tensor, "m"]) -> tuple[Float[Tensor, "n m"], Float[Tensor, "m n"]]:
    return torch.outer(a, b), torch.outer(b, a)


def example() -> None:
    x = torch.randn(2, 5, 8)
    assert there_and_back(x).shape == (2, 5, 8)
    assert axial(torch.randn(2, 4, 6, 8)).shape == (2, 4, 6, 8)
    assert centre_over_batch(x).shape == (2, 5, 8)
    assert outer_both(torch.randn(3), torch.randn(5))[1].shape == (5, 3)
