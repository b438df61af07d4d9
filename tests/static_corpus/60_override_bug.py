"""Variants of one layer behind a common base class."""

from abc import ABC, abstractmethod

import torch
from jaxtyping import Float
from torch import Tensor


class Mixer(ABC):
    @abstractmethod
    def mix(self, x: Float[Tensor, "b t c"]) -> Float[Tensor, "b t c"]: ...

    def __call__(self, x: Float[Tensor, "b t c"]) -> Float[Tensor, "b t c"]:
        return x + self.mix(x)


class Average(Mixer):
    def mix(self, x: Float[Tensor, "b t c"]) -> Float[Tensor, "b t c"]:
        return x.mean(dim=1, keepdim=True).expand_as(x)


class Shift(Mixer):
    def mix(self, x: Float[Tensor, "b c t"]) -> Float[Tensor, "b c t"]:  # BUG: the base class hands over (b, t, c)
        return torch.cat([x[..., 1:], x[..., :1]], dim=-1)


def example() -> None:
    x = torch.randn(2, 5, 8)
    assert Average()(x).shape == Shift()(x).shape == (2, 5, 8)
