"""Functions inside of functions, and classes whose constructors define some."""

from jaxtyping import Float
from torch import Tensor, nn

from typed_rope import reveal_shape


class Layer(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width

        def doubled() -> int:
            return self.width * 2

        self.up = nn.Linear(width, doubled())

    def forward(self, x: Float[Tensor, "b t c"]) -> Float[Tensor, "b t f"]:
        y: Tensor = self.up(x)
        return y


def outer(x: Float[Tensor, "b t"]) -> Float[Tensor, "t b"]:
    def inner(y: Float[Tensor, "n m"]) -> Float[Tensor, "m n"]:
        return y
        # E: inner: the result is "n m" for "m n": m and n are exchanged  [layout]
        # N: Write: return y.transpose(0, 1)

    reveal_shape(inner(x))
    # N: Revealed shape is "t b"
    return inner(x)
