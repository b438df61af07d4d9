"""Which axes of an output depend on which axes of an input, found by changing one position.

change x[:, 2]          positions of the output's axis t that change     verdict
(axis t of x)           2                                                same
                        2 3 4 ...                                        same and earlier
                        1 2 3 4 ...                                      up to 1 ahead
                        1 2 3                                            1 ahead to 1 back
                        0 1 2 3 4 ...                                    all
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from typed_rope.testing.axis_names import RESULT, Labels
from typed_rope.testing.model_report import Dependence
from typed_rope.testing.parts import replaced, tensor_parts

Run = Callable[[Mapping[str, Any]], Any]
Moves = dict[int, list[int]]
"""Position that was changed -> positions of the output that changed with it."""

# Beyond rounding, which may differ where a kernel's work is divided in another way.
_RELATIVE = 1e-5
_SEED = 1


@dataclass(frozen=True)
class _Source:
    path: str
    tensor: Tensor
    axis: int


def dependences(
    run: Run, inputs: Mapping[str, Any], labels: Mapping[str, Labels]
) -> Iterator[Dependence]:
    """Yield how every axis of every output depends on every axis of every input."""
    right = dict(tensor_parts(run(inputs), RESULT))
    sources = [p for name, value in inputs.items() for p in tensor_parts(value, name)]
    for path, tensor in sources:
        if tensor.dtype == torch.bool:
            continue
        for axis, size in enumerate(tensor.shape):
            if size > 1:
                source = _Source(path, tensor, axis)
                moves = {p: _changed(run, inputs, source, p, right) for p in _positions(size)}
                yield from _rows(source, moves, right, labels)


def axis_label(path: str, axis: int, labels: Mapping[str, Labels]) -> str:
    """Return the name of an axis, or its number."""
    return labels[path][axis] if path in labels else f"axis {axis}"


def _positions(size: int) -> list[int]:
    return sorted({0, 1, size // 2, size - 1} & set(range(size)))


def _rows(
    source: _Source,
    moves: Mapping[int, Mapping[str, Tensor]],
    right: Mapping[str, Tensor],
    labels: Mapping[str, Labels],
) -> Iterator[Dependence]:
    for path, output in right.items():
        for axis, size in enumerate(output.shape):
            seen: Moves = {p: _along(masks[path], axis) for p, masks in moves.items()}
            aligned = size == source.tensor.shape[source.axis]
            yield Dependence(
                source.path,
                axis_label(source.path, source.axis, labels),
                path,
                axis_label(path, axis, labels),
                verdict(seen, size) if aligned else _unaligned(seen),
            )


def verdict(seen: Moves, size: int) -> str:
    """Say how positions of an output follow those of an input of the same size."""
    if not any(seen.values()):
        return "none"
    ahead = max((p - q for p, found in seen.items() for q in found), default=0)
    behind = max((q - p for p, found in seen.items() for q in found), default=0)
    if ahead <= 0 and behind <= 0:
        return "same"
    if ahead <= 0:
        return "same and earlier"
    if behind <= 0:
        return "same and later"
    if ahead < max(seen) and size > 2:
        reaches_all = size - 1 in seen.get(0, [])
        return f"up to {ahead} ahead" if reaches_all else f"{ahead} ahead to {behind} back"
    return "all"


def _unaligned(seen: Moves) -> str:
    return "all" if any(seen.values()) else "none"


def _along(mask: Tensor, axis: int) -> list[int]:
    others = [i for i in range(mask.ndim) if i != axis]
    flat = mask.any(dim=others) if others else mask
    return [int(i) for i in flat.nonzero().flatten()]


def _changed(
    run: Run, inputs: Mapping[str, Any], source: _Source, place: int, right: Mapping[str, Tensor]
) -> Mapping[str, Tensor]:
    def change(path: str, x: Tensor) -> Tensor:
        return _perturbed(x, source.axis, place) if path == source.path else x

    given = {name: replaced(value, name, change) for name, value in inputs.items()}
    wrong = dict(tensor_parts(run(given), RESULT))
    return {path: _differs(x, wrong.get(path)) for path, x in right.items()}


def _differs(right: Tensor, wrong: Tensor | None) -> Tensor:
    if wrong is None or wrong.shape != right.shape:  # the shape itself depends on the values
        return torch.ones_like(right, dtype=torch.bool)
    if not (right.is_floating_point() or right.is_complex()):
        return right != wrong
    finite = right.isfinite() & wrong.isfinite()
    scale = (
        right[right.isfinite()].abs().max()
        if bool(right.isfinite().any())
        else right.new_tensor(1.0)
    )
    step = torch.finfo(right.dtype).eps * 64
    far = (right - wrong).abs() > max(_RELATIVE, step) * scale.abs()
    same_special = (right == wrong) | (right.isnan() & wrong.isnan())
    return torch.where(finite, far, ~same_special)


def _perturbed(x: Tensor, axis: int, place: int) -> Tensor:
    """Change every value at one position of one axis to another that such a tensor may hold."""
    x = x.clone()
    part = x.select(axis, place)
    generator = torch.Generator().manual_seed(_SEED)
    if x.is_floating_point() or x.is_complex():
        scale = float(x.abs().nan_to_num(0.0, 0.0, 0.0).max()) or 1.0
        noise = torch.randn(part.shape, generator=generator, dtype=torch.float64) * scale
        part.copy_(noise.to(x.dtype).to(x.device))
        return x
    values = torch.as_tensor(sorted(set(x.flatten().tolist())), dtype=x.dtype, device=x.device)
    if len(values) == 1:  # nothing else is known to be allowed: one less, or one more than zero
        part.add_(-1 if int(values[0]) > 0 else 1)
        return x
    place_of = torch.searchsorted(values, part.contiguous())
    part.copy_(values[(place_of + 1) % len(values)])
    return x


__all__ = ["axis_label", "dependences", "verdict"]
