"""What a rotation costs beside the formula in use, and beside a copy of its input.

Every line is a median over calls that take turns in one process, as a ratio to the full-width
formula x*cos + rotate_half(x)*sin, whose tables have the dtype of x (so it multiplies in bfloat16
where ours computes in float32). Above 1 is faster. `copy` shows where memory sets the limit. Run it
untuned, and with MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=8589934592 set, to see
both worlds: fresh memory from the kernel at each call, and memory that is kept.

    python tests/benchmarks/rope.py [--threads N] [--backward]
"""

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor

from typed_rope.rope import RopeSpec, rope_table, rotate_halves, rotate_interleaved

CALLS = {1: 1500, 256: 40, 2048: 9}
HEADS, HEAD_DIM = (32, 8), 128

Rotation = Callable[[Tensor], Tensor]


def full_width(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotate as transformers does: tables of d, halves exchanged by a copy."""
    half = x.shape[-1] // 2
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), -1) * sin


def rotations(t: int, dtype: torch.dtype) -> dict[str, Rotation]:
    """Bind each way to rotate to the tables that it wants."""
    cos, sin = rope_table(RopeSpec(head_dim=HEAD_DIM), torch.arange(t))
    wide_cos, wide_sin = (torch.cat((z, z), -1).to(dtype) for z in (cos, sin))
    return {
        "formula": lambda x: full_width(x, wide_cos, wide_sin),
        "halves": lambda x: rotate_halves(x, cos, sin),
        "interleaved": lambda x: rotate_interleaved(x, cos, sin),
        "copy": lambda x: x.clone(),
    }


def seconds(rotate: Rotation, x: Tensor, backward: bool) -> float:
    """Time one call, with its backward pass where that is asked for."""
    x.grad = None
    start = time.perf_counter()
    turned = rotate(x)
    if backward:
        turned.backward(x.detach())  # type: ignore[no-untyped-call]  # torch leaves it untyped
    return time.perf_counter() - start


def compare(t: int, heads: int, dtype: torch.dtype, backward: bool) -> str:
    """Measure all ways on one token-major input and write one line of the table."""
    x = torch.randn(1, t, heads, HEAD_DIM).to(dtype).transpose(1, 2).requires_grad_(backward)
    ways = rotations(t, dtype)
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(CALLS[t]):
        for name, rotate in ways.items():
            times[name].append(seconds(rotate, x, backward))
    medians = {name: statistics.median(values) for name, values in times.items()}
    base = medians.pop("formula")
    ratios = "".join(f"{base / median:13.2f}" for median in medians.values())
    return f"{t:6d}{heads:6d}  {str(dtype)[6:]:9s}{base * 1e6:11.0f}{ratios}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--backward", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"torch {torch.__version__}, {options.threads} threads, backward: {options.backward}")
    print("     t heads  dtype    formula/us       halves  interleaved         copy")
    for t in CALLS:
        for heads in HEADS:
            for dtype in (torch.float32, torch.bfloat16):
                print(compare(t, heads, dtype, options.backward), flush=True)


if __name__ == "__main__":
    main()
