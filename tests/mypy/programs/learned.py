"""What a number is, learned from the layer that an axis goes through."""

from jaxtyping import Float
from torch import Tensor, nn

from typed_rope import reveal_shape


class FeedForward(nn.Module):
    def __init__(self, dim: int, mult: int) -> None:
        super().__init__()
        self.up = nn.Linear(dim, dim * 4)
        self.down = nn.Linear(dim * 4, dim)
        self.norm = nn.LayerNorm(dim)

    def forgotten(self, x: Float[Tensor, "b t c"]) -> Float[Tensor, "b t c"]:
        hidden: Tensor = self.up(x)
        return hidden.relu()
        # E: forgotten: the result is "b t 4*{self.__init__.dim}" for "b t c": 4*{self.__init__.dim} cannot be c  [shape]

    def right(self, x: Float[Tensor, "b t c"]) -> Float[Tensor, "b t c"]:
        hidden: Tensor = self.down(self.up(self.norm(x)).relu())
        return hidden + x

    def shared(
        self, x: Float[Tensor, "b t c"], y: Float[Tensor, "b s k"]
    ) -> Float[Tensor, "b t c"]:
        reveal_shape(self.norm(x))
        # N: Revealed shape is "b t c"
        reveal_shape(self.norm(y))
        # N: Revealed shape is "b s k"
        hidden: Tensor = self.norm(x)
        return hidden


class Block(nn.Module):
    dim: int

    def forward(self, x: Float[Tensor, "b t {self.dim}"]) -> Float[Tensor, "b {self.dim} t"]:
        raise NotImplementedError


def in_braces(
    block: Block, x: Float[Tensor, "b t c"], y: Float[Tensor, "b t k"]
) -> Float[Tensor, "b t c"]:
    out: Tensor = block(x)
    reveal_shape(out)
    # N: Revealed shape is "b c t"
    reveal_shape(block(y))
    # N: Revealed shape is "b {block.dim} t"
    return out
    # E: in_braces: the result is "b c t" for "b t c": t and c stand in another order  [layout]


def several(blocks: list[Block], x: Float[Tensor, "b t c"]) -> None:
    for block in blocks:
        reveal_shape(block(x))
        # N: Revealed shape is "b c t"
