"""Calls held against signatures; what mypy should say stands in comments below each line."""

from typing import overload

from jaxtyping import Float, Int
from torch import Tensor, nn

from typed_rope import reveal_shape


def rotate(
    x: Float[Tensor, "b h t d"], cos: Float[Tensor, "t d/2"], sin: Float[Tensor, "t d/2"]
) -> Float[Tensor, "b h t d"]:
    return x


def not_moved(x: Float[Tensor, "b t h d"]) -> Float[Tensor, "b h t d"]:
    return x
    # E: not_moved: the result is "b t h d" for "b h t d": h and t are exchanged  [layout]
    # N: Write: return x.transpose(1, 2)


def exchanged(x: Float[Tensor, "b t h d"], table: Float[Tensor, "t d/2"]) -> None:
    rotate(cos=table, sin=table, x=x)
    # E: rotate: x is "b t h d" for "b h t d": h and t are exchanged  [layout]
    # N: Write: rotate(cos=table, sin=table, x=x.transpose(1, 2))


def table_of_another_length(x: Float[Tensor, "b h t d"], table: Float[Tensor, "s d/2"]) -> None:
    rotate(x, table, table)
    # E: rotate: cos is "s d/2" for "t d/2": s cannot be t  [shape]
    # E: rotate: sin is "s d/2" for "t d/2": s cannot be t  [shape]


def table_before(table: Float[Tensor, "t d/2"], x: Float[Tensor, "b h t d"]) -> None: ...


def bound_by_a_later_argument(x: Float[Tensor, "b h t d"], table: Float[Tensor, "t d"]) -> None:
    table_before(table, x)
    # E: table_before: table is "t d" for "t d/2": d cannot be d/2  [shape]


def foreign_names_bind(x: Float[Tensor, "n g s e"], table: Float[Tensor, "s e/2"]) -> None:
    reveal_shape(rotate(x, table, table))
    # N: Revealed shape is "n g s e"


def ranks(x: Float[Tensor, "b t c"], table: Float[Tensor, "t d/2"]) -> None:
    rotate(x, table, table)
    # E: rotate: x is "b t c" for "b h t d": 3 axes, not 4  [shape]


def embed(ids: Int[Tensor, "b t"], table: Float[Tensor, "v c"]) -> Float[Tensor, "b t c"]:
    raise NotImplementedError


def dtypes(x: Float[Tensor, "b t"], ids: Int[Tensor, "b t"], table: Float[Tensor, "v c"]) -> None:
    reveal_shape(embed(ids, table))
    # N: Revealed shape is "b t c"
    embed(x, table)
    # E: embed: ids is Float, not Int  [shape]


def split(x: Float[Tensor, "b t c"], heads: int) -> Float[Tensor, "b h={heads} t d=c/{heads}"]:
    raise NotImplementedError


def numbers_in_braces(x: Float[Tensor, "b t c"], n: int) -> None:
    reveal_shape(split(x, n))
    # N: Revealed shape is "b h={n} t d=c/{n}"
    reveal_shape(split(x, heads=8))
    # N: Revealed shape is "b h=8 t d=c/8"


class Layer(nn.Module):
    heads: int

    def forward(self, x: Float[Tensor, "b t c"]) -> Float[Tensor, "b {self.heads} t d"]:
        raise NotImplementedError

    @property
    def table(self) -> Float[Tensor, "t d/2"]:
        raise NotImplementedError


class Model(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = Layer()

    def forward(self, x: Float[Tensor, "b t c"]) -> Float[Tensor, "b t"]:
        reveal_shape(self.layer(x))
        # N: Revealed shape is "b {self.layer.heads} t d"
        reveal_shape(self.layer.table)
        # N: Revealed shape is "t ?"
        y: Tensor = self.layer(x)
        return y
        # E: forward: the result is "b {self.layer.heads} t d" for "b t": 4 axes, not 2  [shape]


@overload
def pooled(x: Float[Tensor, "b t c"], keep: None = None) -> Float[Tensor, "b c"]: ...
@overload
def pooled(x: Float[Tensor, "b t c"], keep: int) -> Float[Tensor, "b 1 c"]: ...
def pooled(x: Tensor, keep: int | None = None) -> Tensor:
    raise NotImplementedError


def overloads(x: Float[Tensor, "n s f"], y: Float[Tensor, "b h t d"]) -> None:
    reveal_shape(pooled(x))
    # N: Revealed shape is "n f"
    pooled(y, 1)
    # E: pooled: x is "b h t d" for "b t c": 4 axes, not 3  [shape]


def either(x: Float[Tensor, "b t c"] | Float[Tensor, "t c"]) -> None: ...


def unions(
    x: Float[Tensor, "t c"],
    y: Float[Tensor, "b h t d"],
    z: Float[Tensor, "b t c"] | Float[Tensor, "t c"] | None,
) -> None:
    either(x)
    either(y)
    # E: either: x is "b h t d" for "b t c": 4 axes, not 3  [shape]
    if z is not None:
        either(z)


def transpose(x: Float[Tensor, "... a b"]) -> Float[Tensor, "... b a"]:
    return x.mT


def names_of_a_matrix_are_placeholders(x: Float[Tensor, "a b"], y: Tensor) -> None:
    reveal_shape(transpose(transpose(x)))
    # N: Revealed shape is "... a b"
    transpose(transpose(y))


def unknown(x: Tensor, table: Float[Tensor, "t d/2"]) -> None:
    rotate(x, table, table)
