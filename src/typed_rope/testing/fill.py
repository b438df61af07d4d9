"""Values and dtypes of drawn tensors.

Values come from a seed, so that a failing example shrinks to one number a tensor: seed 0 is all
zeros, any other a sample that is finite and in which no two floats are likely to be equal.
"""

import math
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from typed_rope.shapes import Sized, parse
from typed_rope.testing.demands import compile_size
from typed_rope.testing.errors import UnsolvableError

Range = range | tuple[float, float] | str
"""`range(31)` and `(-1.0, 1.0)`, or the text of an axis: "v" is range(v)."""

# In this order of preference; other dtypes are drawn where an annotation admits nothing else.
_USUAL = (
    torch.float32,
    torch.int64,
    torch.bool,
    torch.float64,
    torch.bfloat16,
    torch.float16,
    torch.int32,
    torch.complex64,
)
_NARROW = (torch.uint8, torch.int8, torch.int16, torch.complex128)
_MOST_ELEMENTS = 2**26
_SHOWN = 9  # whole numbers are drawn from -9…9, or 0…9 where there is no sign


def usual_dtypes(dtypes: frozenset[torch.dtype] | None) -> tuple[torch.dtype, ...]:
    """Return the dtypes to draw from, the plainest first.

    Raises: UnsolvableError if a tensor of none of them can be made.
    """
    if dtypes is None:
        return _USUAL
    usual = tuple(dtype for dtype in _USUAL if dtype in dtypes)
    narrow = tuple(dtype for dtype in _NARROW if dtype in dtypes)
    other = tuple(d for d in sorted(dtypes, key=str) if d.is_floating_point or "int" in str(d))
    if not (usual or narrow or other):
        raise UnsolvableError(f"torch has no dtype for {sorted(map(str, dtypes)) or 'this hint'}.")
    return usual or narrow or other[:1]


def fill(
    size: tuple[int, ...],
    dtype: torch.dtype,
    seed: int,
    *,
    within: Range | None,
    sizes: Mapping[str, int],
    device: torch.device | None = None,
) -> Tensor:
    """Make a tensor of these sizes; without a range, the values are small.

    Raises: UnsolvableError for more elements than anybody tests with.
    """
    if math.prod(size) > _MOST_ELEMENTS:
        raise UnsolvableError(
            f"a tensor of the sizes {size} would not fit in memory. Give smaller sizes=, or "
            "distinct=False: many axes that all differ make large tensors."
        )
    within = _as_range(within, sizes) if isinstance(within, str) else within
    generator = torch.Generator().manual_seed(seed)
    if isinstance(within, range):
        _refuse_empty(within)
        picked = (
            torch.randint(len(within), size, generator=generator) if seed else torch.zeros(size)
        )
        return (picked.long() * within.step + within.start).to(dtype).to(device)
    if within is not None:
        low, high = within
        x = (
            torch.rand(size, generator=generator, dtype=torch.float64)
            if seed
            else torch.zeros(size)
        )
        return (x * (high - low) + low).to(dtype).to(device)
    if not seed:
        return torch.zeros(size, dtype=dtype, device=device)
    return _sample(dtype)(size, generator).to(dtype).to(device)


def _as_range(text: str, sizes: Mapping[str, int]) -> range:
    """Read `v` or `v-1` over the sizes of the call."""
    (axis,) = parse(text).axes
    if isinstance(axis, Sized):
        return range(int(compile_size(axis)(sizes, {})))
    if text not in sizes:
        raise UnsolvableError(f"values: no axis is named {text}; there are {', '.join(sizes)}.")
    return range(sizes[text])


def _refuse_empty(within: range) -> None:
    if not within:
        raise UnsolvableError(f"values: {within} holds no value.")


def _sample(dtype: torch.dtype) -> Callable[[tuple[int, ...], torch.Generator], Tensor]:
    if dtype.is_complex:
        return lambda size, g: torch.randn(size, generator=g, dtype=torch.complex128)
    if dtype.is_floating_point:
        return lambda size, g: torch.randn(size, generator=g, dtype=torch.float64)
    if dtype == torch.bool:
        return lambda size, g: torch.randint(2, size, generator=g)
    low = -_SHOWN if dtype.is_signed else 0
    return lambda size, g: torch.randint(low, _SHOWN + 1, size, generator=g)


__all__ = ["Range", "fill", "usual_dtypes"]
