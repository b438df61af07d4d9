"""The rotation as one differentiable step.

A rotation is linear in what it turns, and its transpose is the rotation by the negative angle. So
backwards the gradient is turned by (cos, -sin), and nothing of the size of `x` need be kept; only
tables that are learned ask for `x` itself.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import forward_ad

from typed_rope.rope.pairing import Pairing
from typed_rope.rope.turn import BLOCK, split_pairs, turn_eagerly, turn_formula, wide_dtype

# Below this many elements a step of our own costs more than the formula's several.
_SMALL = 2**15


def turn(x: Tensor, cos: Tensor, sin: Tensor, pairing: Pairing) -> Tensor:
    """Turn the pairs of the last axis; the tables broadcast against the other axes of `x`."""
    # The question that autograd.Function.apply itself asks; torch has no public form of it.
    if torch.compiler.is_compiling() or torch._C._are_functorch_transforms_active():
        return turn_formula(x, cos, sin, pairing)
    if torch.is_grad_enabled() and (x.requires_grad or cos.requires_grad or sin.requires_grad):
        if x.numel() < _SMALL or _has_tangent(x, cos, sin):
            return turn_formula(x, cos, sin, pairing)
        turned: Tensor = _Turn.apply(x, cos, sin, pairing)  # type: ignore[no-untyped-call]  # torch leaves it untyped
        return turned
    if x.numel() > BLOCK and _has_tangent(x, cos, sin):
        return turn_formula(x, cos, sin, pairing)
    return turn_eagerly(x, cos, sin, pairing)


def _has_tangent(*inputs: Tensor) -> bool:
    unpack = forward_ad.unpack_dual
    return any(unpack(z).tangent is not None for z in inputs)  # type: ignore[no-untyped-call]  # torch leaves it untyped


class _Turn(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, cos: Tensor, sin: Tensor, pairing: Pairing) -> Tensor:
        learned = any(ctx.needs_input_grad[1:3])
        ctx.save_for_backward(x if learned else None, cos, sin)
        ctx.pairing = pairing
        return turn_eagerly(x, cos, sin, pairing)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        (grad,) = grads
        x, cos, sin = ctx.saved_tensors
        to_x = turn(grad, cos, -sin, ctx.pairing) if ctx.needs_input_grad[0] else None
        if x is None:
            return to_x, None, None, None
        return to_x, *_table_gradients(grad, x, cos, sin, ctx.pairing), None


def _table_gradients(
    grad: Tensor, x: Tensor, cos: Tensor, sin: Tensor, pairing: Pairing
) -> tuple[Tensor, Tensor]:
    wide = wide_dtype(x, cos, sin)
    grad_a, grad_b = split_pairs(grad.to(wide), pairing)
    a, b = split_pairs(x.to(wide), pairing)
    to_cos = (grad_a * a + grad_b * b).sum_to_size(cos.shape)
    to_sin = (grad_b * a - grad_a * b).sum_to_size(sin.shape)
    return to_cos.to(cos.dtype), to_sin.to(sin.dtype)
