"""Windows cut out of a feature map, and put back."""

import torch
from jaxtyping import Float
from torch import Tensor


def window_partition(x: Float[Tensor, "B H W C"], window_size: int) -> Float[Tensor, "N w w C"]:
    B, H, W, C = x.shape
    x = x.view(B, H // window_size, window_size, W // window_size, window_size, C)
    windows = x.permute(0, 1, 2, 3, 4, 5).contiguous()  # BUG: rows of the window stay before its columns of windows
    return windows.view(-1, window_size, window_size, C)


def window_reverse(
    windows: Float[Tensor, "N w w C"], H: int, W: int
) -> Float[Tensor, "B {H} {W} C"]:
    window_size = windows.shape[1]
    rows, cols = H // window_size, W // window_size
    B = windows.shape[0] // (rows * cols)
    x = windows.view(B, rows, cols, window_size, window_size, -1)
    return x.permute(0, 1, 3, 2, 4, 5).contiguous().view(B, H, W, -1)


def example() -> None:
    x = torch.randn(2, 8, 20, 3)
    assert window_reverse(window_partition(x, 4), 8, 20).shape == (2, 8, 20, 3)
