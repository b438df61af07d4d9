"""Methods that override others, with the same layout or another."""

from abc import ABC, abstractmethod

from jaxtyping import Float, Int
from torch import Tensor, nn


class Mixer(ABC):
    width: int

    @abstractmethod
    def mix(self, x: Float[Tensor, "b t c"]) -> Float[Tensor, "b t c"]: ...

    def pool(self, x: Float[Tensor, "b t c"], scale: float = 1.0) -> Float[Tensor, "b c"]:
        return x.mean(1) * scale

    @property
    def table(self) -> Float[Tensor, "t d"]:
        raise NotImplementedError


class Same(Mixer):
    def mix(self, x: Float[Tensor, "b t c"]) -> Float[Tensor, "b t c"]:
        return x


class OtherNames(Mixer):
    def mix(self, x: Float[Tensor, "batch seq width"]) -> Float[Tensor, "batch seq width"]:
        return x

    def pool(
        self, x: Float[Tensor, "*batch n c"], scale: float = 1.0, keep: bool = False
    ) -> Float[Tensor, "*batch c"]:
        return x.mean(-2) * scale


class Wider(Mixer):
    def mix(self, x: Float[Tensor, "b t c"] | Float[Tensor, "t c"]) -> Float[Tensor, "b t c"]:
        raise NotImplementedError


class Plain(Mixer):
    def mix(self, x: Tensor) -> Tensor:
        return x


class Turned(Mixer):
    def mix(self, x: Float[Tensor, "b c t"]) -> Float[Tensor, "b c t"]:
        # E: mix: Mixer hands over x as "b t c" for "b c t": c and t are exchanged  [layout]
        return x

    def pool(self, x: Float[Tensor, "b t c"], scale: float = 1.0) -> Float[Tensor, "b t"]:
        # E: pool: the result, for that of Mixer, is "b t" for "b c": t cannot be c  [shape]
        return x.mean(2) * scale


class TurnedTwice(Turned):
    def mix(self, x: Float[Tensor, "b t c"]) -> Float[Tensor, "b t c"]:
        # E: mix: Turned hands over x as "b c t" for "b t c": t and c are exchanged  [layout]
        return x


class Flat(Mixer):
    def mix(self, x: Float[Tensor, "t c"]) -> Float[Tensor, "t c"]:
        # E: mix: Mixer hands over x as "b t c" for "t c": 3 axes, not 2  [shape]
        return x


class Ids(Mixer):
    def mix(self, x: Int[Tensor, "b t c"]) -> Float[Tensor, "b t c"]:
        # E: mix: Mixer hands over x as Float, not Int  [shape]
        return x.float()


class Layer(nn.Module):
    def forward(self, x: Float[Tensor, "b t c"]) -> Float[Tensor, "b t c"]:
        return x
