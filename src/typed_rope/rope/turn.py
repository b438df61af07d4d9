"""The arithmetic of a rotation, in the form that costs least where it runs.

A pair (a, b) turns into (a cos - b sin, b cos + a sin). As a formula this serves compilers, which
fuse it, and transforms, which rewrite it. Run as it stands, few tokens cost by the operation and
many by the memory they touch: the eager form writes its result once and in place, and goes through
a large tensor by blocks of tokens, so that what is temporary stays in the processor's cache.

    x  "... t d"  ->  a block of t  ->  widened  ->  turned  ->  rounded once to the dtype of x
"""

import torch
from torch import Tensor

from typed_rope.rope.pairing import Pairing

# Elements of one block: in float32, two of them fit the caches (tests/benchmarks/rope.py).
BLOCK = 2**19


def turn_formula(x: Tensor, cos: Tensor, sin: Tensor, pairing: Pairing) -> Tensor:
    """Turn the pairs of the last axis by operations that compilers and transforms know."""
    wide = x.to(dtype=wide_dtype(x, cos, sin))
    if pairing == "interleaved" and not torch.compiler.is_compiling():
        return _turn_complex(wide, cos, sin).to(dtype=x.dtype)
    a, b = split_pairs(wide, pairing)
    pairs = (torch.addcmul(a * cos, b, sin, value=-1), torch.addcmul(b * cos, a, sin))
    joined = torch.cat(pairs, -1) if pairing == "halves" else torch.stack(pairs, -1).flatten(-2)
    return joined.to(dtype=x.dtype)


def turn_eagerly(x: Tensor, cos: Tensor, sin: Tensor, pairing: Pairing) -> Tensor:
    """Turn the pairs of the last axis within one new tensor; autograd cannot follow."""
    if x.numel() > BLOCK and x.device.type == "cpu":
        return _turn_by_blocks(x, cos, sin, pairing)
    wide = wide_dtype(x, cos, sin)
    if wide is x.dtype:
        return _turn_once(x, cos, sin, pairing)
    return _turn_once(x.to(dtype=wide), cos, sin, pairing).to(dtype=x.dtype)


def wide_dtype(x: Tensor, cos: Tensor, sin: Tensor) -> torch.dtype:
    """Name the dtype to compute in: the widest of the three, so never below float32."""
    if cos.dtype is sin.dtype and x.dtype in (cos.dtype, torch.bfloat16, torch.float16):
        return cos.dtype
    return torch.promote_types(x.dtype, torch.promote_types(cos.dtype, sin.dtype))


def split_pairs(x: Tensor, pairing: Pairing) -> tuple[Tensor, ...]:
    """View the first and the second member of every pair."""
    if pairing == "halves":
        half = x.shape[-1] // 2
        return x.split_with_sizes((half, half), -1)
    return x.view(*x.shape[:-1], x.shape[-1] // 2, 2).unbind(-1)


def _turn_by_blocks(x: Tensor, cos: Tensor, sin: Tensor, pairing: Pairing) -> Tensor:
    x = x if x.stride(-1) == 1 else x.contiguous()
    wide, t = wide_dtype(x, cos, sin), x.shape[-2]
    size = max(1, BLOCK * t // x.numel())
    result = torch.empty_like(x)
    # One pair of buffers for all blocks: fresh ones would go back to the kernel each time.
    widened = torch.empty_like(x[..., :size, :], dtype=wide)
    turned = torch.empty_like(widened)
    for start in range(0, t, size):
        length = min(size, t - start)
        part, block, c, s = (z.narrow(-2, start, length) for z in (result, x, cos, sin))
        if wide is x.dtype:
            _turn_into(part, block, c, s, pairing)
        else:
            source, target = (buffer.narrow(-2, 0, length) for buffer in (widened, turned))
            part.copy_(_turn_into(target, source.copy_(block), c, s, pairing))
    return result


def _turn_once(x: Tensor, cos: Tensor, sin: Tensor, pairing: Pairing) -> Tensor:
    if pairing == "halves":
        return _add_sines(x * torch.cat((cos, cos), -1), x, sin)
    return _turn_complex(x, cos, sin)


def _turn_complex(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    # One pass over memory; compilers, though, generate no code for complex numbers.
    return torch.view_as_real(_as_complex(x) * torch.complex(cos, sin)).flatten(-2)


def _turn_into(out: Tensor, x: Tensor, cos: Tensor, sin: Tensor, pairing: Pairing) -> Tensor:
    if pairing == "halves":
        return _add_sines(torch.mul(x, torch.cat((cos, cos), -1), out=out), x, sin)
    torch.mul(_as_complex(x), torch.complex(cos, sin), out=_as_complex(out))
    return out


def _add_sines(cosines: Tensor, x: Tensor, sin: Tensor) -> Tensor:
    a, b = split_pairs(x, "halves")
    cosines_a, cosines_b = split_pairs(cosines, "halves")
    cosines_a.addcmul_(b, sin, value=-1)
    cosines_b.addcmul_(a, sin)
    return cosines


def _as_complex(x: Tensor) -> Tensor:
    b, h, t, d = x.shape
    try:
        return torch.view_as_complex(x.view(b, h, t, d // 2, 2))
    except RuntimeError:  # pairs that are apart in memory, or start at odd places of it
        dense = x.clone(memory_format=torch.contiguous_format)
        return torch.view_as_complex(dense.view(b, h, t, d // 2, 2))
