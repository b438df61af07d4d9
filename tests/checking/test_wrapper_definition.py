"""The wrapper as Python sees it: its name, its parameters, and the line that it stands on."""

import inspect
import linecache
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor

from typed_rope.checking import ShapeError, typed
from typed_rope.checking.wrapper import definition_line

X, WRONG = torch.zeros(3, 5), torch.zeros(3, 5, 8)
FILE = "<definitions>"
LINES = """\
@typed
@other(
    "def inside"
)
async   def first(x): ...

@typed
class Second: ...
@typed
    def third(self): ...
value = lambda x: x
defined = 3
""".splitlines(keepends=True)


@pytest.fixture
def file() -> Iterator[str]:
    linecache.cache[FILE] = (0, None, LINES, FILE)
    yield FILE
    del linecache.cache[FILE]


@pytest.mark.parametrize(
    ("first", "line"),
    [(1, 5), (2, 5), (5, 5), (6, 8), (8, 8), (9, 10), (11, 11), (12, 12), (40, 40)],
)
def test_a_definition_stands_below_its_decorators(file: str, first: int, line: int) -> None:
    assert definition_line(file, first) == line


def test_a_file_that_is_not_there_has_its_definition_on_the_first_line() -> None:
    assert definition_line("<nowhere>", 7) == 7


def kinds(
    x: Float[Tensor, "b t"],
    /,
    y: Any,
    z: object = "z",
    *rest: Any,
    a: Any,
    b: object = "b",
    **more: Any,
) -> tuple[object, ...]:
    return (x is X, y, z, rest, a, b, more)


CALLS: list[Callable[[Callable[..., Any]], object]] = [
    lambda f: f(X, 1, a=2),
    lambda f: f(X, y=1, a=2),
    lambda f: f(X, 1, 2, 3, 4, a=5, b=6, c=7, x=8),
]


@pytest.mark.parametrize("call", CALLS)
def test_every_kind_of_parameter_is_handed_on(call: Callable[[Callable[..., Any]], object]) -> None:
    assert call(typed(kinds)) == call(kinds)


def test_the_signature_and_the_defaults_are_those_of_the_function() -> None:
    checked: Any = typed(kinds)
    assert inspect.signature(checked) == inspect.signature(kinds)
    assert (checked.__defaults__, checked.__kwdefaults__) == (("z",), {"b": "b"})
    assert checked.__code__.co_varnames[:5] == ("x", "y", "z", "a", "b")
    assert checked.__wrapped__ is kinds
    assert checked.__boundary__.function == "kinds"


def test_a_lambda_has_a_name_that_python_can_compile() -> None:
    taking: Any = lambda x: x  # noqa: E731 # a lambda is the case
    taking.__annotations__ = {"x": Float[Tensor, "b t"]}
    checked = typed(taking)
    assert checked.__name__ == "<lambda>"
    assert checked.__code__.co_name == "function"
    assert checked(X) is X
    with pytest.raises(ShapeError):
        checked(WRONG)


def test_parameters_may_begin_with_underscores() -> None:
    def function(__guard: object, ___bound: object, x: Any) -> tuple[object, ...]:
        return (__guard, ___bound, x)

    function.__annotations__["x"] = Float[Tensor, "b t"]
    checked: Any = typed(function)
    assert checked("guard", "bound", X) == ("guard", "bound", X)
    with pytest.raises(ShapeError):
        checked("guard", "bound", WRONG)


def test_a_coroutine_and_a_generator_are_still_what_they_were() -> None:
    @typed
    async def wait(x: Float[Tensor, "b t"]) -> None: ...

    @typed
    def items(x: Float[Tensor, "b t"]) -> Iterator[Tensor]:
        yield from x

    assert inspect.iscoroutinefunction(wait)
    assert not inspect.iscoroutinefunction(items)
    assert inspect.isgenerator(items(X))


def test_dynamo_takes_the_mark_of_a_function_for_a_constant() -> None:
    checked: Any = typed(kinds)
    closure = inspect.getclosurevars(checked).nonlocals
    (marked,) = [value for name, value in closure.items() if name.endswith("marked")]
    assert marked._dynamo_marked_constant is True
    assert marked() is False
    checked.__no_type_check__ = True
    assert marked() is True
    assert checked(WRONG, 1, a=2)[0] is False
