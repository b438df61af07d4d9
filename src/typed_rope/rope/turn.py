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
    """Turn the pairs of the last axis by operations that every compiler and transform knows."""
    a, b = split_pairs(x.to(wide_dtype(x, cos, sin)), pairing)
    pairs = (torch.addcmul(a * cos, b, sin, value=-1), torch.addcmul(b * cos, a, sin))
    if pairing == "halves":
        return torch.cat(pairs, -1).to(x.dtype)
    return torch.stack(pairs, -1).flatten(-2).to(x.dtype)


def turn_eagerly(x: Tensor, cos: Tensor, sin: Tensor, pairing: Pairing) -> Tensor:
    """Turn the pairs of the last axis within one new tensor; autograd cannot follow."""
    if x.numel() > BLOCK and x.device.type == "cpu":
        return _turn_by_blocks(x, cos, sin, pairing)
    wide = wide_dtype(x, cos, sin)
    if wide is x.dtype:
        return _turn_into(None, x, cos, sin, pairing)
    return _turn_into(None, x.to(wide), cos, sin, pairing).to(x.dtype)


def wide_dtype(x: Tensor, cos: Tensor, sin: Tensor) -> torch.dtype:
    """Name the dtype to compute in: the widest of the three, so never below float32."""
    if x.dtype is cos.dtype is sin.dtype:
        return x.dtype
    return torch.promote_types(x.dtype, torch.promote_types(cos.dtype, sin.dtype))


def split_pairs(x: Tensor, pairing: Pairing) -> tuple[Tensor, ...]:
    """View the first and the second member of every pair."""
    if pairing == "halves":
        return x.chunk(2, -1)
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


def _turn_into(out: Tensor | None, x: Tensor, cos: Tensor, sin: Tensor, pairing: Pairing) -> Tensor:
    if pairing == "interleaved":
        target = None if out is None else _as_complex(out)
        turned = torch.mul(_as_complex(x), torch.complex(cos, sin), out=target)
        return torch.view_as_real(turned).flatten(-2)
    out = torch.mul(x, torch.cat((cos, cos), -1), out=out)
    a, b = x.chunk(2, -1)
    out_a, out_b = out.chunk(2, -1)
    out_a.addcmul_(b, sin, value=-1)
    out_b.addcmul_(a, sin)
    return out


def _as_complex(x: Tensor) -> Tensor:
    # A complex view starts at even addresses only; a slice of a wider tensor may not.
    if x.stride(-1) != 1 or any(step % 2 for step in (x.storage_offset(), *x.stride()[:-1])):
        x = x.clone(memory_format=torch.contiguous_format)
    return torch.view_as_complex(x.view(*x.shape[:-1], x.shape[-1] // 2, 2))
