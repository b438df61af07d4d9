"""Annotated code next to code that is not, and values of type Any."""

from typing import Any, cast

import torch
from jaxtyping import Float, Num
from torch import Tensor, nn


def plain(x: Tensor, y: Tensor) -> Tensor:
    b, h, t, d = x.shape
    return (x @ y.transpose(-1, -2)).view(b, t, h, -1)


def from_plain(x: Float[Tensor, "b h t d"]) -> Float[Tensor, "b t h s"]:
    return plain(x, x)


def from_any(x: Any) -> Float[Tensor, "b t"]:
    return x["hidden"].mean(-1)  # type: ignore[no-any-return]


def casted(x: object) -> Float[Tensor, "b t c"]:
    return cast(Tensor, x).transpose(0, 1)


class Wrapper(nn.Module):
    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Float[Tensor, "b t c"]) -> Float[Tensor, "b t k"]:
        out = self.inner(x)
        if isinstance(out, tuple):
            out = out[0]
        assert isinstance(out, Tensor)
        return out


def hooked(model: nn.Module, x: Float[Tensor, "b t c"]) -> Float[Tensor, "b t c"]:
    seen: list[Tensor] = []

    def hook(module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        seen.append(args[0])

    handle = model.register_forward_hook(hook)
    model(x)
    handle.remove()
    return seen[0]


def numbers(x: Num[Tensor, "b t"]) -> Float[Tensor, "t b"]:
    return x.to(torch.get_default_dtype()).t()


def example() -> None:
    q, x = torch.randn(2, 3, 5, 8), torch.randn(2, 5, 8)
    assert from_plain(q).shape == (2, 5, 3, 5)
    assert from_any({"hidden": x}).shape == (2, 5)
    assert casted(x).shape == (5, 2, 8)
    assert Wrapper(nn.Linear(8, 7))(x).shape == (2, 5, 7)
    assert hooked(nn.Linear(8, 8), x).shape == (2, 5, 8)
    assert numbers(torch.ones(2, 5, dtype=torch.long)).shape == (5, 2)
