"""Switch checks off, and on again, in a scope.

    with checks("off"):              the calls in here are not checked,
        model(x)
        with checks("on"):           but these are
            loss(y)

A scope belongs to the context (PEP 567) in which it was opened: other threads keep their checks, a
task that was started inside inherits it. It ends for everybody when its block ends. A generator
that is suspended within such a block does not change what its consumer sees, unless it is the body
of a context manager or of a fixture: those are written to change it.
"""

import functools
import inspect
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing
from contextvars import ContextVar
from types import FrameType, TracebackType
from typing import Any, Literal, TypeVar

import torch

from typed_rope.checking.source import is_generated

F = TypeVar("F", bound=Callable[..., Any])
State = Literal["on", "off"]

_GENERATORS = inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR
# Whose generators are no sources of items: context managers, fixtures, hooks of pytest.
_DRIVERS = ("contextlib", "_pytest", "pluggy")


class Scope:
    """One open block."""

    def __init__(self, state: State, owner: "checks", outer: "Scope | None") -> None:
        """Open it within `outer`."""
        self.state, self.owner, self.outer = state, owner, outer
        self.open = True
        self.frame: FrameType | None = None  # of the generator that opened it
        self.task: object = None  # that the generator ran in

    def rules(self) -> bool:
        """Tell whether the scope is open, and not that of a generator which is suspended."""
        if not self.open or self.frame is None:
            return self.open
        return self.frame.f_back is not None or self.task is not _current_task()


# All open scopes of the process, and their states: a wrapper looks no further while there are none.
# It holds the states, because Dynamo has to know the type of all that a wrapper holds.
scopes: list[Scope] = []
states: list[State] = []
_innermost: ContextVar[Scope | None] = ContextVar("typed_rope.checks", default=None)


def unchecked() -> bool:
    """Tell whether checks are off here; asked only while some scope is open somewhere."""
    if torch.compiler.is_dynamo_compiling():
        # Dynamo follows no context variable. It can guard on what is last in a list.
        return states[-1] == "off"
    scope = _ruling(_innermost.get())
    return scope is not None and scope.state == "off"


class checks:
    """Switch all checks "on" or "off" within a `with` block, or in a function that it decorates.

    Convention: the innermost open scope of the context rules. A thread that is started inside has
    checks on, as it begins with an empty context; a task, and `asyncio.to_thread`, inherit.
    Under `torch.compile` it is the scope that was opened last in the process; a block within the
    compiled code breaks its graph.
    Raises: ValueError for any other state; TypeError where it decorates no function; RuntimeError
        within code that is compiled with `fullgraph`.
    """

    def __init__(self, state: State) -> None:
        """Take the state; nothing happens before the block is entered."""
        if state not in ("on", "off"):
            raise ValueError(f'checks: the state is "on" or "off", not {state!r}.')
        self.state: State = state

    def __enter__(self) -> None:
        """Open a scope."""
        if torch.compiler.is_dynamo_compiling():  # raised while tracing, it breaks the graph
            raise RuntimeError(_TRACED)
        _open(self, sys._getframe(1))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the scope that this block has opened."""
        _close(self)

    def __call__(self, function: F) -> F:
        """Switch checks in every call of `function`: also a coroutine function or a generator."""
        if isinstance(function, type) or not callable(function):
            raise TypeError(_NO_FUNCTION.format(function))
        decorated: Any = functools.wraps(function)(_within(self.state, function))
        return decorated  # type: ignore[no-any-return] # wraps keeps the type of the function


_TRACED = (
    "checks: torch.compile with fullgraph cannot follow a block of checks. Open it around the call "
    "of the compiled function, or compile without fullgraph."
)
_NO_FUNCTION = (
    "checks: cannot decorate {!r}. It takes functions: put it below @staticmethod, @classmethod or "
    "@property, and on the methods of a class."
)


def _within(state: State, function: Callable[..., Any]) -> Callable[..., Any]:
    if inspect.isasyncgenfunction(function):

        async def stream(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
            with checks(state):
                async with aclosing(function(*args, **kwargs)) as items:
                    async for item in items:
                        yield item

        return stream
    if inspect.iscoroutinefunction(function):

        async def coroutine(*args: Any, **kwargs: Any) -> Any:
            with checks(state):
                return await function(*args, **kwargs)

        return coroutine
    if inspect.isgeneratorfunction(function):

        def generator(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
            with checks(state):
                return (yield from function(*args, **kwargs))

        return generator

    def plain(*args: Any, **kwargs: Any) -> Any:
        with checks(state):
            return function(*args, **kwargs)

    return plain


def _open(owner: checks, frame: FrameType) -> None:
    scope = Scope(owner.state, owner, _still_open(_innermost.get()))
    while _belongs(frame, "contextlib") and frame.f_back is not None:  # an ExitStack
        frame = frame.f_back
    if frame.f_code.co_flags & _GENERATORS and not _belongs(_consumer(frame), *_DRIVERS):
        scope.frame, scope.task = frame, _current_task()
    scopes.append(scope)
    states.append(scope.state)
    _innermost.set(scope)


def _consumer(generator: FrameType) -> FrameType | None:
    """Return who asks a generator for an item; a check that stands in between does not count."""
    above = generator.f_back
    while above is not None and is_generated(above):
        above = above.f_back
    return above


def _belongs(frame: FrameType | None, *packages: str) -> bool:
    name = "" if frame is None else str(frame.f_globals.get("__name__"))
    return name.partition(".")[0] in packages


def _close(owner: checks) -> None:
    """Close the innermost scope of this owner, in this context if it has one here."""
    scope = _innermost.get()
    while scope is not None and not (scope.open and scope.owner is owner):
        scope = scope.outer
    if scope is None:  # a generator that is closed in another context than it was started in
        scope = next(scope for scope in reversed(scopes) if scope.owner is owner)
    scope.open, scope.frame = False, None
    place = scopes.index(scope)
    del scopes[place], states[place]
    _innermost.set(_still_open(_innermost.get()))


def _still_open(scope: Scope | None) -> Scope | None:
    while scope is not None and not scope.open:
        scope = scope.outer
    return scope


def _ruling(scope: Scope | None) -> Scope | None:
    while scope is not None and not scope.rules():
        scope = scope.outer
    return scope


def _current_task() -> object:
    asyncio = sys.modules.get("asyncio")
    try:
        return None if asyncio is None else asyncio.current_task()
    except RuntimeError:  # no loop is running
        return None
