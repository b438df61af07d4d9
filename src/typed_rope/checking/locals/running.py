"""The calls that are running: what `check_shape` in the body of a function looks its axes up in.

Only functions whose code names `check_shape` keep a record of their calls. It is found by the
context (PEP 567), so that threads and tasks never meet, and must belong to the code that asks: the
function itself or what is written inside it, never a function that it merely calls. A generator
runs when it is asked for an item, in whatever context that is, and is found by its frame instead.
"""

import weakref
from collections.abc import Iterator
from contextvars import ContextVar
from types import CodeType, FrameType, FunctionType
from typing import Any, NamedTuple

import torch

from typed_rope.checking.boundary import Boundary
from typed_rope.checking.forms import TensorForm, tensor_forms
from typed_rope.checking.hints import as_written
from typed_rope.checking.leaves import call_leaves, given_values
from typed_rope.checking.system import Seen, Solution, see, solve
from typed_rope.shapes import Variadic

NAME = "check_shape"
OUTSIDE = (
    "check_shape: {} is not the body of a checked function that is running. Decorate it with "
    "@typed, or the function that it is written in: the axes are those of that call. If it is "
    'decorated, its call began where checks are "off".'
)
# What Dynamo calls the rest of a function behind a break of its graph.
_RESUMED = "torch_dynamo_resume_in"


class Home:
    """A checked function as those see it who check a local of it."""

    def __init__(self, function: FunctionType, boundary: Boundary, held: tuple[str, ...]) -> None:
        """Take the function, and the axes whose sizes its guard returns."""
        self.boundary, self.held = boundary, held
        forms = [parameter.form for parameter in boundary.parameters]
        forms += [] if boundary.result is None else [boundary.result]
        axes = [axis for form in forms for t in tensor_forms(form) for axis in t.shape.axes]
        variadic = [axis for axis in axes if isinstance(axis, Variadic)]
        self.stretching = frozenset(f"*{axis.name}" for axis in variadic if axis.broadcast)
        self.code = as_written(function).__code__
        self.codes = frozenset(map(id, _codes(self.code)))

    def holds(self, code: CodeType) -> bool:
        """Tell whether code is the function's, written inside it, or what Dynamo made of it."""
        rest = f"{_RESUMED}_{self.code.co_name}_at_"
        return id(code) in self.codes or (
            code.co_name.startswith(rest) and code.co_filename == self.code.co_filename
        )


class Local(NamedTuple):
    """A local that has bound an axis, and the instruction that checked it."""

    form: TensorForm
    sizes: tuple[int, ...]
    dtype: torch.dtype
    code: CodeType
    instruction: int


class Call:
    """One running call: its arguments, and the sizes that they and its locals have bound."""

    def __init__(
        self, home: Home, bound: tuple[Any, ...] | None, arguments: tuple[object, ...]
    ) -> None:
        """Begin with what the guard has bound; None where the judge had to decide."""
        self.home, self.arguments = home, arguments
        self.outer: Call | None = None
        self.locals: list[Local] = []
        self.sizes: dict[str, Any] = {}
        for name, size in zip(home.held, bound or (), strict=False):
            if size is not None:
                is_bare = name[0] == "*" and name not in home.stretching
                self.sizes[name] = (False, tuple(size)) if is_bare else size
        if bound is None:
            self.sizes = _solved(self.named())

    def named(self) -> Solution:
        """Solve the arguments of the call: which tensor has bound which axis."""
        return solution_of(self.seen())

    def seen(self) -> list[Seen]:
        """Return the tensors among the arguments."""
        boundary = self.home.boundary
        arguments = dict(zip(boundary.names, self.arguments, strict=True))
        leaves = call_leaves(boundary, arguments, given_values(boundary, arguments))
        return [seen for leaf in leaves if (seen := see(leaf)) is not None]


# Dynamo follows no context variable: calls that it traces stand here while it does, innermost last.
# Nothing of that remains: a graph does not break within the `try` of a wrapper.
traced: list[Call] = []
_running: ContextVar[Call | None] = ContextVar("typed_rope.running", default=None)
_generators: dict[int, Call] = {}  # by the frame that a generator runs in
_left_alone: "weakref.WeakSet[CodeType]" = weakref.WeakSet()


def names_check_shape(function: FunctionType, target: object) -> bool:
    """Tell whether the code of a function, or code inside it, can mean `target` by some name."""
    written = as_written(function)
    known = {name for name, value in written.__globals__.items() if value is target} | {NAME}
    for name, cell in zip(written.__code__.co_freevars, written.__closure__ or (), strict=True):
        try:
            known |= {name} if cell.cell_contents is target else set()
        except ValueError:  # not assigned yet
            continue
    return any(
        not known.isdisjoint((*code.co_names, *code.co_freevars))
        for code in _codes(written.__code__)
    )


# Both are told by the wrapper whether it is traced: Dynamo compiles them by themselves where the
# wrapper is not, and would then answer for itself.
def enter(
    tracing: bool, home: Home, bound: tuple[Any, ...] | None, arguments: tuple[object, ...]
) -> Call:
    """Begin a call."""
    call = Call(home, bound, arguments)
    if tracing:
        traced.append(call)
    else:
        call.outer = _running.get()
        _running.set(call)
    return call


def leave(tracing: bool, call: Call) -> None:
    """End it."""
    if tracing:
        traced.pop()
    else:
        _running.set(call.outer)


def enter_generator(
    generator: Any, home: Home, bound: tuple[Any, ...] | None, arguments: tuple[object, ...]
) -> Any:
    """Remember the call that a new generator is the body of, and return the generator."""
    frame = getattr(generator, "gi_frame", None) or getattr(generator, "ag_frame", None)
    if frame is not None:
        _generators[id(frame)] = Call(home, bound, arguments)
        weakref.finalize(generator, _generators.pop, id(frame), None)
    return generator


def running_call(frame: FrameType) -> Call | None:
    """Return the call whose body, or a function inside it, runs in `frame`."""
    call, code = _running.get(), frame.f_code
    while call is not None and not call.home.holds(code):
        call = call.outer
    above: FrameType | None = frame
    while call is None and above is not None:
        call = _generators.get(id(above))
        if call is not None and not call.home.holds(code):
            call = None
        above = above.f_back
    return call


def leave_alone(function: FunctionType) -> None:
    """Note that the body of `function` runs unchecked on purpose."""
    for code in _codes(as_written(function).__code__):
        _left_alone.add(code)


def is_left_alone(code: CodeType) -> bool:
    """Tell whether code belongs to a function that is unchecked on purpose."""
    return code in _left_alone


def solution_of(tensors: list[Seen]) -> Solution:
    """Solve tensors that a check has accepted."""
    outcome = solve(tensors)
    return outcome if isinstance(outcome, Solution) else outcome.before


def _solved(solution: Solution) -> dict[str, Any]:
    bindings = solution.bindings
    many = {f"*{name}": pair for name, pair in bindings.variadics.items()}
    return {**bindings.singles, **many}


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)
