"""Check a local of a checked function in the bindings of the running call.

    @typed
    def scores(q: Float[Tensor, "b h t d"], k: Float[Tensor, "b h s d"]) -> ...:
        logits = check_shape(q @ k.mT, "b h t s")

The axes mean what they mean in the signature, for this call. A name that nothing has bound yet is
bound from here on, until the call ends.
"""

import sys
from types import FrameType
from typing import Any, TypeVar

import torch

from typed_rope.checking.errors import ShapeError
from typed_rope.checking.forms import TensorForm
from typed_rope.checking.locals.guard import local_form, local_guard, readers, settled
from typed_rope.checking.locals.refusal import local_refusal
from typed_rope.checking.locals.running import OUTSIDE, Call, Local, is_left_alone, running_call
from typed_rope.checking.locals.traced import check_traced
from typed_rope.checking.switch import scopes, unchecked

T = TypeVar("T")


def check_shape(x: T, axes: Any) -> T:
    """Check a local by the axes of the running call, and return it.

    `axes` is a text such as "b t h*d", or an annotation such as Float[Tensor, "b t h*d"], which
    asks for a dtype too. `{...}` reads the locals and arguments of the function. Where checks are
    off, or left out of the function around, nothing is checked.

    Raises: ShapeError if it does not fit; RuntimeError outside of a call of a checked function;
        ShapeSyntaxError for axes that cannot be read.
    """
    if scopes and unchecked():
        return x
    if torch.compiler.is_dynamo_compiling():
        check_traced(x, axes)
        return x
    frame = sys._getframe(1)
    call = running_call(frame)
    if call is None:
        if _is_unchecked(frame):
            return x
        raise RuntimeError(OUTSIDE.format(frame.f_code.co_name))
    axes = settled(axes)
    form, guard = local_form(axes), local_guard(axes, tuple(call.sizes))
    new = guard(x, call.sizes, _given(call, frame) if readers(axes) else {})
    if new is None:
        raise _refusal(call, form, x, frame) from None
    bound = {name: size for name, size in new.items() if call.sizes.get(name) != size}
    if bound:
        tensor: Any = x
        sizes, dtype = tuple(tensor.shape), tensor.dtype
        call.sizes |= bound
        call.locals.append(Local(form, sizes, dtype, frame.f_code, frame.f_lasti))
    return x


def _refusal(call: Call, form: TensorForm, x: object, frame: FrameType) -> ShapeError:
    if "torch._dynamo" in sys.modules:
        # After a graph break Dynamo would compile what explains the mistake, frame by frame.
        disable: Any = torch.compiler.disable
        error: ShapeError = disable(local_refusal)(call, form, x, frame)
        return error
    return local_refusal(call, form, x, frame)


def _given(call: Call, frame: FrameType) -> dict[str, Any]:
    return {**dict(zip(call.home.boundary.names, call.arguments, strict=True)), **frame.f_locals}


def _is_unchecked(frame: FrameType) -> bool:
    above: FrameType | None = frame
    while above is not None:
        if is_left_alone(above.f_code):
            return True
        above = above.f_back
    return False
