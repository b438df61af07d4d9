"""Check a local of a checked function in the bindings of the running call.

    @typed
    def scores(q: Float[Tensor, "b h t d"], k: Float[Tensor, "b h s d"]) -> ...:
        logits = check_shape(q @ k.mT, "b h t s")

The axes mean what they mean in the signature, for this call. A name that nothing has bound yet is
bound from here on, until the call ends.
"""

import sys
from collections.abc import Callable
from functools import lru_cache
from types import FrameType
from typing import Any, TypeVar

import torch
from jaxtyping import Shaped
from torch import Tensor

from typed_rope.checking import running
from typed_rope.checking.errors import ShapeError
from typed_rope.checking.forms import TensorForm
from typed_rope.checking.local_refusal import local_refusal, traced_refusal
from typed_rope.checking.names import Bound, Place, local_name
from typed_rope.checking.reading import form_of
from typed_rope.checking.running import Call, Local, is_left_alone, running_call
from typed_rope.checking.source import Source
from typed_rope.checking.switch import scopes, unchecked
from typed_rope.checking.tensor_check import TensorCheck
from typed_rope.shapes import Sized

T = TypeVar("T")

LocalGuard = Callable[[object, dict[str, Any], dict[str, Any]], dict[str, Any] | None]


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
        _check_traced(x, axes)
        return x
    frame = sys._getframe(1)
    call = running_call(frame)
    if call is None:
        if _is_unchecked(frame):
            return x
        raise RuntimeError(_OUTSIDE.format(frame.f_code.co_name))
    guard, reads = _guard(axes, tuple(call.sizes))
    new = guard(x, call.sizes, _given(call, frame) if reads else {})
    if new is None:
        raise local_refusal(call, local_form(axes), x, frame) from None
    if new:
        tensor: Any = x
        sizes, dtype = tuple(tensor.shape), tensor.dtype
        call.sizes.update((name, size) for name, size in new.items() if size is not None)
        call.locals.append(Local(local_form(axes), sizes, dtype, frame.f_code, frame.f_lasti))
    return x


_OUTSIDE = (
    "check_shape: {} is not the body of a checked function that is running. Decorate it with "
    "@typed, or the function that it is written in: the axes are those of that call."
)


@lru_cache(maxsize=512)
def local_form(axes: Any) -> TensorForm:
    """Read what the caller asks for."""
    hint = Shaped[Tensor, axes] if isinstance(axes, str) else axes
    form = form_of(hint, None) if isinstance(hint, type) else None
    if not isinstance(form, TensorForm):
        raise TypeError(
            f"check_shape: {axes!r} is neither a text of axes nor the annotation of one torch "
            'tensor. Write "b t d" or Float[Tensor, "b t d"].'
        )
    return form


@lru_cache(maxsize=512)
def _guard(axes: Any, known: tuple[str, ...]) -> tuple[LocalGuard, bool]:
    """Return the check where some axes are known, and whether it reads locals."""
    form = local_form(axes)
    source, bound = Source(), Bound(sure=set(known))
    names = {f"*{form.shape.variadic_name}"} if form.shape.variadic_name else set()
    sized = [axis for axis in form.shape.axes if isinstance(axis, Sized)]
    names |= {*form.shape.names, *(name for axis in sized for name in axis.expression.names)}
    for name in sorted(names & set(known)):
        source.line(f"{local_name(name)} = sizes[{name!r}]")
    read = {name for axis in sized for field in axis.expression.fields for name in field.names}
    scope = {name: f"given[{name!r}]" for name in read}
    place = Place("value", scope, "return None", "return None")
    TensorCheck(source, bound, ()).write(form, place)
    new = tuple(sorted((bound.sure | bound.maybe) - set(known)))
    source.line(f"return {{{', '.join(f'{n!r}: {local_name(n)}' for n in new)}}}")
    unset = [f"{local_name(name)} = None" for name in sorted(bound.ever_maybe)]
    guard: LocalGuard = source.function("local_guard", "value, sizes, given", unset)
    return guard, bool(read)


def _given(call: Call, frame: FrameType) -> dict[str, Any]:
    return {**dict(zip(call.home.boundary.names, call.arguments, strict=True)), **frame.f_locals}


def _is_unchecked(frame: FrameType) -> bool:
    above: FrameType | None = frame
    while above is not None:
        if is_left_alone(above.f_code):
            return True
        above = above.f_back
    return False


# Dynamo cannot be handed a function as a constant, but finds one in a dictionary.
_traced_guards: dict[tuple[Any, tuple[str, ...]], LocalGuard] = {}


def _check_traced(x: Any, axes: Any) -> None:
    """Do the same in a way that Dynamo can follow."""
    if not running.traced:
        raise RuntimeError(_OUTSIDE.format("this"))
    call = running.traced[-1]
    known = tuple(call.sizes)
    _prepare(axes, known)
    given = dict(zip(call.home.boundary.names, call.arguments, strict=True))
    new = _traced_guards[axes, known](x, call.sizes, given)
    if new is None:
        sizes = "".join([f"{len(range(size))}, " for size in x.shape])
        bound = "".join([f"{n!r}: {len(range(s))}, " for n, s in call.sizes.items() if n[0] != "*"])
        text = f"('{call.home.boundary.function}', ({sizes}), '{x.dtype}', {{{bound}}})"
        raise ShapeError(_traced_explanation(axes, text))
    for name in new:
        call.sizes[name] = new[name]


def _prepare(axes: Any, known: tuple[str, ...]) -> str:
    _traced_guards[axes, known] = _guard(axes, known)[0]
    return ""


def _traced_explanation(axes: Any, description: str) -> str:
    return traced_refusal(local_form(axes), description)


# As torch.compiler.assume_constant_result would, without importing Dynamo.
_prepare._dynamo_marked_constant = True  # type: ignore[attr-defined] # read by Dynamo
_traced_explanation._dynamo_marked_constant = True  # type: ignore[attr-defined] # read by Dynamo
