"""One name, several shapes along the way."""

from typing import Optional

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def with_optional_bias(
    x: Float[Tensor, "b t c"], bias: Optional[Float[Tensor, "c"]], mask: Optional[Bool[Tensor, "t s"]]
) -> Float[Tensor, "b t c"]:
    y = x if bias is None else x + bias
    if mask is not None:
        mask = mask[None]
        y = y * mask.any(-1)[..., None]
    return y


def any_rank(x: Float[Tensor, "c h w"] | Float[Tensor, "b c h w"]) -> Float[Tensor, "n c"]:
    if x.ndim == 3:
        x = x.unsqueeze(0)
    return x.mean(dim=(2, 3))


def squeeze_if_single(x: Float[Tensor, "b n c"]) -> Tensor:
    if x.shape[1] == 1:
        return x.squeeze(1)
    return x


def maybe_flip(x: Float[Tensor, "b t c"], channels_first: bool) -> Float[Tensor, "b t c"]:
    if channels_first:
        x = x.transpose(1, 2)
    x = torch.relu(x)
    if channels_first:
        x = x.transpose(1, 2)
    return x


def pad_to(x: Float[Tensor, "b t c"], length: int) -> Float[Tensor, "b {length} c"]:
    missing = length - x.shape[1]
    if missing > 0:
        x = torch.cat([x, x.new_zeros(x.shape[0], missing, x.shape[2])], dim=1)
    elif missing < 0:
        x = x[:, :length]
    return x


def until_short(x: Float[Tensor, "n c"]) -> Float[Tensor, "m c"]:
    while x.shape[0] > 4:
        half = x.shape[0] // 2
        x = x[:half] + x[half : 2 * half]
    return x


def example() -> None:
    x = torch.randn(2, 5, 8)
    assert with_optional_bias(x, torch.randn(8), torch.ones(5, 7, dtype=torch.bool)).shape == (2, 5, 8)
    assert any_rank(torch.randn(3, 5, 7)).shape == (1, 3)
    assert squeeze_if_single(x).shape == (2, 5, 8)
    assert maybe_flip(x, True).shape == (2, 5, 8)
    assert pad_to(x, 7).shape == (2, 7, 8) and pad_to(x, 3).shape == (2, 3, 8)
    assert until_short(torch.randn(10, 3)).shape == (2, 3)
