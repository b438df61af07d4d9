"""Lists that grow, loops, and parts of tensors that are assigned."""

import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope import reveal_shape


def growing(x: Float[Tensor, "b t c"]) -> None:
    parts = [x]
    reveal_shape(torch.stack(parts))
    # N: Revealed shape is "1 b t c"
    parts.append(x)
    reveal_shape(torch.stack(parts))
    # N: Revealed shape is "2 b t c"
    outputs = []
    for step in x.unbind(1):
        outputs.append(step)
    reveal_shape(torch.stack(outputs, dim=1))
    # N: Revealed shape is "b ? c"
    collect(parts)
    reveal_shape(torch.stack(parts))
    # N: Revealed shape is "? b t c"
    parts[0] = x[:1]
    reveal_shape(parts.pop())
    # N: Revealed shape is "? t c"


def collect(parts: list[Tensor]) -> None:
    parts.append(parts[0])


def wrong_stack(parts: list[Float[Tensor, "b t c"]]) -> Float[Tensor, "n b t c"]:
    return torch.stack(parts, dim=1)
    # E: wrong_stack: the result is "b ? t c" for "n b t c": b is axis 0, declared as axis 1  [layout]


def step(x: Float[Tensor, "b c"], h: Float[Tensor, "b c"]) -> Float[Tensor, "b c"]:
    return x + h


def first_round(x: Float[Tensor, "b t c"], h: Float[Tensor, "b c"]) -> None:
    for row in x.unbind(0):
        h = step(row, h)
        # E: step: h is "b c" for "b c": b is t, not b  [shape]


def assigned(cache: Float[Tensor, "b h s d"], k: Float[Tensor, "b t h d"]) -> None:
    cache[:, :, : k.shape[1]] = k.transpose(1, 2)
    cache[0] = 0.0
    cache[:, :, 0] = k[:, 0]
    cache[:, :, : k.shape[1]] = k
    # E: assignment: h and t cannot be equal in "b h ? d" and "b t h d"  [shape]


def exchanged_numbers(
    x: Float[Tensor, "b t c"], n: int, m: int
) -> Float[Tensor, "b t {n} {m}"]:
    b, t, _ = x.shape
    return x.view(b, t, m, n)
    # E: exchanged_numbers: the result is "b t {m} {n}" for "b t {n} {m}": {n} and {m} stand in another order  [layout]


def float_factors(x: Float[Tensor, "b t c"], scale: float) -> None:
    reveal_shape(x * x.shape[-1] ** -0.5 / scale)
    # N: Revealed shape is "b t c"
