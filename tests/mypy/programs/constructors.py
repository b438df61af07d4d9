"""Layers, sizes and tensors that are read off the constructor of a class."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from typed_rope import reveal_shape


class FeedForward(nn.Module):
    mask: Tensor

    def __init__(self, dim: int, mult: int, heads: int) -> None:
        super().__init__()
        hidden = dim * mult
        self.dim = dim
        self.width = dim // heads
        self.up = nn.Linear(dim, hidden)
        self.down = nn.Sequential(nn.GELU(), nn.Linear(hidden, dim))
        self.scale = nn.Parameter(torch.ones(heads, dim))
        self.either = nn.Linear(dim, dim) if mult else nn.Identity()
        self.register_buffer("mask", torch.ones(heads, 1, 8))

    def forward(self, x: Float[Tensor, "b t {self.dim}"]) -> Float[Tensor, "b t {self.dim}"]:
        reveal_shape(self.up(x))
        # N: Revealed shape is "b t {self.__init__.mult}*{self.dim}"
        reveal_shape(self.down(self.up(x)))
        # N: Revealed shape is "b t {self.dim}"
        reveal_shape(self.down[1](self.up(x)))
        # N: Revealed shape is "b t {self.dim}"
        reveal_shape(self.scale)
        # N: Revealed shape is "{self.__init__.heads} {self.dim}"
        reveal_shape(self.mask)
        # N: Revealed shape is "{self.__init__.heads} 1 8"
        reveal_shape(self.either(x))
        # N: Revealed shape is "?"
        self.up(self.up(x))
        # E: self.up: the layer takes {self.dim} features, and "b t {self.__init__.mult}*{self.dim}" has {self.__init__.mult}*{self.dim}  [shape]
        self.down(x)
        # E: self.down[1]: the layer takes {self.__init__.mult}*{self.dim} features, and "b t {self.dim}" has {self.dim}  [shape]
        out: Tensor = self.down(self.up(x))
        return out


class Model(nn.Module):
    def __init__(self, dim: int, vocab: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.blocks = nn.ModuleList([FeedForward(dim, 4, 2) for _ in range(3)])
        self.head = nn.Linear(dim, vocab)
        self.changed = nn.Linear(dim, 8)
        self.first = FeedForward(dim, 4, 2)

    def replace(self) -> None:
        self.changed = nn.Linear(8, 16)

    def forward(self, ids: Int[Tensor, "b t"]) -> Float[Tensor, "b t v"]:
        x = self.embed(ids)
        reveal_shape(x)
        # N: Revealed shape is "b t {self.__init__.dim}"
        reveal_shape(self.changed(x))
        # N: Revealed shape is "b t ?"
        reveal_shape(self.first.up(x))
        # N: Revealed shape is "b t {self.first.__init__.mult}*{self.first.dim}"
        for block in self.blocks:
            x = block(x)
        out: Tensor = self.head(x)
        return out


def local(x: Float[Tensor, "b t 8"]) -> None:
    layer = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))
    reveal_shape(layer(x))
    # N: Revealed shape is "b t 4"
    wrong = nn.Linear(16, 4)
    wrong(x)
    # E: wrong: the layer takes 16 features, and "b t 8" has 8  [shape]
