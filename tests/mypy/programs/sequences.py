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


def exchanged_numbers(x: Float[Tensor, "b t c"], n: int, m: int) -> Float[Tensor, "b t {n} {m}"]:
    b, t, _ = x.shape
    return x.view(b, t, m, n)
    # E: exchanged_numbers: the result is "b t {m} {n}" for "b t {n} {m}": {n} and {m} are exchanged  [layout]
    # N: Write: return x.view(b, t, m, n).transpose(2, 3)


def float_factors(x: Float[Tensor, "b t c"], scale: float) -> None:
    reveal_shape(x * x.shape[-1] ** -0.5 / scale)
    # N: Revealed shape is "b t c"


def as_many(x: Float[Tensor, "b t c"], y: Float[Tensor, "b s c"]) -> None:
    q, k = [part.transpose(0, 1) for part in (x, y)]
    reveal_shape(q)
    # N: Revealed shape is "t b c"
    reveal_shape(k)
    # N: Revealed shape is "s b c"
    rows = [one + other for one, other in zip((x, y), (x, y), strict=True)]
    reveal_shape(rows[1])
    # N: Revealed shape is "b s c"
    places = [part[i] for i, part in enumerate((x, y))]
    reveal_shape(places)
    # N: Revealed shape is ("t c", "s c")
    reveal_shape([part[:, 0] for part in x.unbind(1)])
    # N: Revealed shape is ["b", ...]


def windows(x: Float[Tensor, "b t c"], w: int) -> Float[Tensor, "b n {w} c"]:
    b, _, c = x.shape
    return x.view(b, w, -1, c)
    # E: windows: the result is "b {w} t/{w} c" for "b n {w} c": {w} is axis 1, declared as axis 2  [layout]
