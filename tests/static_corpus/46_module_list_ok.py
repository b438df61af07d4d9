"""A stack of blocks, applied in turn."""

from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor, nn


class Block(nn.Module):
    def __init__(self, dim: int, tokens: int) -> None:
        super().__init__()
        self.dim = dim
        self.norm = nn.LayerNorm(dim)
        self.tokens_mix = nn.Linear(tokens, tokens)
        self.channels_mix = nn.Linear(dim, dim)

    def forward(self, x: Float[Tensor, "b t {self.dim}"]) -> Float[Tensor, "b t {self.dim}"]:
        x = x + self.tokens_mix(self.norm(x).transpose(1, 2)).transpose(1, 2)
        out: Tensor = x + self.channels_mix(x)
        return out


class Mixer(nn.Module):
    def __init__(self, depth: int, dim: int, tokens: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([Block(dim, tokens) for _ in range(depth)])
        self.norm = nn.LayerNorm(dim)

    def forward(self, x: Float[Tensor, "b t c"]) -> Float[Tensor, "b c"]:
        for block in self.blocks:
            x = block(x)
        pooled = self.norm(x).mean(dim=1)
        return head(pooled)


def head(x: Float[Tensor, "b c"]) -> Float[Tensor, "b c"]:
    unit: Tensor = x / x.norm(dim=-1, keepdim=True)
    return unit


def run(blocks: Iterable[Block], x: Float[Tensor, "b t c"]) -> Float[Tensor, "b t c"]:
    outputs = [x]
    for block in blocks:
        outputs.append(block(outputs[-1]))
    return torch.stack(outputs, dim=0).sum(dim=0)


def example() -> None:
    assert Mixer(2, 8, 5)(torch.randn(3, 5, 8)).shape == (3, 8)
    assert run([Block(8, 5)], torch.randn(3, 5, 8)).shape == (3, 5, 8)
