"""Views that change the number of axes and move nothing."""

import torch
from jaxtyping import Float
from torch import Tensor


def per_head_norm(x: Float[Tensor, "b t c"], heads: int) -> Float[Tensor, "b t c"]:
    b, t, c = x.shape
    y = x.view(b * t * heads, c // heads)
    unit: Tensor = y / y.norm(dim=-1, keepdim=True)
    return unit.view(b, t, c)


def fold_batch(x: Float[Tensor, "b h t d"]) -> Float[Tensor, "bh t d"]:
    return x.reshape(-1, *x.shape[2:])


def unfold_batch(x: Float[Tensor, "bh t d"], h: int) -> Float[Tensor, "b {h} t d"]:
    return x.view(-1, h, x.shape[1], x.shape[2])


def fold_time(video: Float[Tensor, "b f c h w"]) -> Float[Tensor, "n c h w"]:
    b, f = video.shape[:2]
    return video.view(b * f, *video.shape[2:])


def temporal_tokens(video: Float[Tensor, "b f c h w"]) -> Float[Tensor, "n f c"]:
    b, f, c, h, w = video.shape
    return video.permute(0, 3, 4, 1, 2).reshape(b * h * w, f, c)


def channel_shuffle(x: Float[Tensor, "b c h w"], groups: int) -> Float[Tensor, "b c h w"]:
    b, c, h, w = x.shape
    x = x.view(b, groups, c // groups, h, w)
    x = x.transpose(1, 2).contiguous()
    return x.view(b, c, h, w)


def rel_shift(scores: Float[Tensor, "b h t r"]) -> Float[Tensor, "b h t r"]:
    """The trick of Transformer-XL: a view that moves data across axes, on purpose."""
    b, h, t, r = scores.shape
    padded = torch.cat([scores.new_zeros(b, h, t, 1), scores], dim=-1)
    return padded.view(b, h, r + 1, t)[:, :, 1:].reshape(b, h, t, r)


def interleave(a: Float[Tensor, "b t d"], c: Float[Tensor, "b t d"]) -> Float[Tensor, "b 2*t d"]:
    return torch.stack((a, c), dim=2).flatten(1, 2)


def example() -> None:
    x, q = torch.randn(2, 5, 24), torch.randn(2, 3, 5, 8)
    assert per_head_norm(x, 3).shape == (2, 5, 24)
    assert unfold_batch(fold_batch(q), 3).shape == (2, 3, 5, 8)
    video = torch.randn(2, 4, 3, 5, 7)
    assert fold_time(video).shape == (8, 3, 5, 7)
    assert temporal_tokens(video).shape == (70, 4, 3)
    assert channel_shuffle(torch.randn(2, 6, 5, 7), 3).shape == (2, 6, 5, 7)
    assert rel_shift(torch.randn(2, 3, 5, 7)).shape == (2, 3, 5, 7)
    assert interleave(x, x).shape == (2, 10, 24)
