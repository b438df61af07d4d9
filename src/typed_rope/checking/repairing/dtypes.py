"""A tensor in another dtype: of the same kind if possible, and meaning the same.

    float16 for Float32              x.to(torch.float32)
    float32 for Int                  x.to(torch.int64)
    complex64 (5, 32) for "t d 2"    torch.view_as_real(x), and the reverse

Not offered are casts that keep the numbers and change what they mean. A mask that is added has 0
for "may attend", which as a truth value means the opposite; the floats of an image lie between 0
and 1, its bytes do not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch

from typed_rope.checking.repairing.change import Change, Evidence
from typed_rope.checking.system import Seen
from typed_rope.shapes import Fixed

_USUAL = (
    *(torch.float32, torch.int64, torch.bool, torch.float64, torch.int32),
    *(torch.bfloat16, torch.float16, torch.complex64, torch.uint8, torch.int16, torch.int8),
)
_KEPT_IN = {
    "bool": ("int", "float"),
    "int": ("float", "bool", "complex"),
    "float": ("int", "complex"),
}
_NARROW = (torch.uint8, torch.int8, torch.int16)


def dtypes(seen: Seen, evidence: Evidence) -> Iterator[Change]:
    """Offer the dtype of another member of a union: `Float["a b"] | Int["a b c"]`."""
    del evidence
    others = [f for f in seen.forms if f.dtypes is not None and seen.dtype not in f.dtypes]
    change = recast(replace(seen, forms=tuple(others)), ())
    if change is not None:
        yield change


def recast(seen: Seen, others: Sequence[torch.dtype]) -> Change | None:
    """Return the change to a dtype that is asked for, if possible one that others have."""
    pairs = _pairs(seen)
    if pairs is not None:
        return pairs
    options = [
        dtype
        for dtype in (*others, *_USUAL)
        if dtype != seen.dtype and any(f.dtypes is None or dtype in f.dtypes for f in seen.forms)
    ]
    if seen.dtype.is_complex and seen.dtype.to_real() in options:
        return Change("dtype", 2, "{0}.real")
    given = _kind(seen.dtype)
    for kind in (given, *_KEPT_IN.get(given, ())):
        for dtype in options:
            if _kind(dtype) == kind and _means_the_same(seen, dtype):
                return Change("dtype", 2 if kind == given else 3, f"{{0}}.to({dtype})")
    return None


def _pairs(seen: Seen) -> Change | None:
    """Return the change from complex numbers to pairs of real ones, or the reverse."""
    for form in seen.forms:
        axes, accepted = form.shape.axes, form.dtypes
        if accepted is None or seen.dtype in accepted:
            continue
        is_pair = bool(axes) and isinstance(axes[-1], Fixed) and axes[-1].size == 2
        more = len(axes) - len(seen.sizes)
        # The real dtype of a real one is that itself, which is not accepted.
        if is_pair and more == 1 and seen.dtype.to_real() in accepted:
            return Change("dtype", 2, "torch.view_as_real({0})")
        wide = seen.dtype in (torch.float32, torch.float64)
        if wide and seen.sizes[-1:] == (2,) and more == -1 and seen.dtype.to_complex() in accepted:
            return Change("dtype", 2, "torch.view_as_complex({0})")
    return None


def _means_the_same(seen: Seen, dtype: torch.dtype) -> bool:
    if _kind(seen.dtype) == "float":
        return dtype not in _NARROW
    return not ("mask" in seen.path.lower() and _kind(seen.dtype) == "bool" != _kind(dtype))


def _kind(dtype: torch.dtype) -> str:
    if dtype.is_floating_point:
        return "float"
    if dtype.is_complex:
        return "complex"
    return "bool" if dtype == torch.bool else "int"
