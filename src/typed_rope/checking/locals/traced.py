"""The check of a local as torch.compile sees it.

Dynamo knows no frames. What it can follow is a lookup in a dictionary, the generated check, and a
call of a function on constants: these prepare the check and write the message at trace time. An
exception that is raised here breaks the graph, and the function then runs as it would without
torch.compile; with `fullgraph` it ends the compilation, and its text is what the user reads.
"""

from collections.abc import Callable
from typing import Any

from torch import Tensor

from typed_rope.checking.errors import ShapeError
from typed_rope.checking.locals.guard import LocalGuard, Reader, local_form, local_guard, readers
from typed_rope.checking.locals.refusal import traced_refusal
from typed_rope.checking.locals.running import OUTSIDE, Call, traced
from typed_rope.shapes import ShapeSyntaxError

# Dynamo cannot be handed a function as a constant, but finds one in a dictionary.
_guards: dict[tuple[Any, tuple[str, ...]], LocalGuard] = {}
_readers: dict[Any, tuple[Reader, ...]] = {}


def check_traced(x: object, axes: Any) -> None:
    """Check a local, and bind its new axes."""
    if not traced:
        raise RuntimeError(OUTSIDE.format("this"))
    call = traced[-1]
    known = tuple(call.sizes)
    problem = _prepare(axes, known, call.home.boundary.names)
    if problem:
        raise RuntimeError(problem)
    given = dict(zip(call.home.boundary.names, call.arguments, strict=True))
    new = _guards[axes, known](x, call.sizes, given)
    if new is None:
        _refuse(call, x, axes, given)
    else:
        for name in new:
            if new[name] is not None:
                call.sizes[name] = new[name]


def _refuse(call: Call, x: object, axes: Any, given: dict[str, object]) -> None:
    function = call.home.boundary.function
    if not isinstance(x, Tensor):
        raise ShapeError(f"{function}: a local is not a Tensor, as check_shape asks for.")
    # A size may be symbolic, and Dynamo cannot write those; the length of a range it looks up.
    sizes = "".join([f"{len(range(size))}, " for size in x.shape])
    bound = "".join([f"{n!r}: {len(range(s))}, " for n, s in call.sizes.items() if n[0] != "*"])
    read = ""
    for text, names, value in _readers[axes]:
        read += f"{text!r}: {len(range(value(*[given[name] for name in names])))}, "
    raise ShapeError(
        _explain(axes, f"('{function}', ({sizes}), '{x.dtype}', {{{bound}}}, {{{read}}})")
    )


def _prepare(axes: Any, known: tuple[str, ...], arguments: tuple[str, ...]) -> str:
    """Make the check ready; return what stands against it."""
    try:
        _guards[axes, known] = local_guard(axes, known)
        _readers[axes] = readers(axes)
    except (ShapeSyntaxError, TypeError) as error:
        return str(error)
    for text, names, _ in _readers[axes]:
        for name in names:
            if name not in arguments:
                return _UNSEEN.format(name, text)
    return ""


_UNSEEN = (
    "check_shape: torch.compile with fullgraph shows it no locals, and {0} is no argument. Put the "
    'number into the text, as in f"b t {{{1}}}", or compile without fullgraph.'
)


def _explain(axes: Any, description: str) -> str:
    return traced_refusal(local_form(axes), description)


def _run_while_tracing(function: Callable[..., str]) -> None:
    """Do what torch.compiler.assume_constant_result does, without importing Dynamo."""
    function._dynamo_marked_constant = True  # type: ignore[attr-defined] # read by Dynamo


_run_while_tracing(_prepare)
_run_while_tracing(_explain)
