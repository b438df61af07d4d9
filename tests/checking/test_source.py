"""Functions that are written line by line, and where they are said to stand."""

import inspect
import linecache
from collections.abc import Iterator

import pytest

from typed_rope.checking.source import Source, build


def test_a_function_is_made_of_its_prologue_and_the_lines() -> None:
    source = Source()
    with source.block("if x > 2:"):
        source.line("total += 10")
        with source.block("for item in range(x):"):
            source.line("total += item")
    source.line("return total")
    function = source.function("add", "x", ["total = 1"])
    assert [function(x) for x in (2, 3, 4)] == [1, 14, 17]
    assert function.__name__ == "add"
    assert function.__code__.co_filename == "<typed guard add>"


def test_a_fresh_name_is_one_that_nothing_else_has() -> None:
    source = Source()
    names = [source.fresh("size"), source.fresh("size"), source.constant(7, "size")]
    assert names == ["size_1", "size_2", "size_3"]


def test_an_object_has_one_name_and_an_equal_one_another() -> None:
    source = Source()
    first, equal = [1], [1]
    assert source.constant(first, "a") == source.constant(first, "b") == "a_1"
    assert source.constant(equal, "a") == "a_2"
    source.line("return a_1, a_2")
    both = source.function("both", "", [])()
    assert both[0] is first
    assert both[1] is equal


def test_a_function_may_be_a_coroutine() -> None:
    made = build("wait", "x", ["return x"], {}, filename="<here>", head="async def")
    assert inspect.iscoroutinefunction(made)


@pytest.fixture
def file() -> Iterator[str]:
    name = "<é>"
    lines = ["first\n", "def é(x): ...   \n", "\n"]
    linecache.cache[name] = (0, None, lines, name)
    yield name
    del linecache.cache[name]


@pytest.mark.parametrize(("line", "end"), [(1, 5), (2, 14), (3, 1), (9, 1)])
def test_a_function_that_is_moved_covers_its_line_from_end_to_end(
    file: str, line: int, end: int
) -> None:
    body = ["y = x + 1", "if y: raise KeyError(y)"]
    function = build("moved", "x", body, {}, filename=file, line=line)
    positions = {p for p in function.__code__.co_positions() if p[0] is not None}
    assert {(first, last, start) for first, last, start, _ in positions} == {(line, line, 0)}
    assert max(stop for *_, stop in positions if stop is not None) == end
    assert function.__code__.co_firstlineno == line
