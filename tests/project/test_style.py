"""The house rules that a program can check: sizes, names, live annotations, where axes move."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*ROOT.glob("src/**/*.py"), *ROOT.glob("tests/**/*.py")])
LIBRARY = [path for path in FILES if path.is_relative_to(ROOT / "src")]
NO_IDEA = {"utils", "util", "helpers", "helper", "common", "misc"}
MOVES = {"transpose", "permute", "movedim", "moveaxis", "swapaxes", "swapdims"}
RESHAPES = {"view", "reshape", "unflatten"}


def _id(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines without its docstring."""
    first = function.body[0]
    documented = ast.get_docstring(function) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def _moves(tree: ast.AST) -> list[str]:
    """List the calls that move a head axis or split the channels into heads, as source text.

    A move is refused unless it names the two last axes, counted from the end (a matrix product's
    transpose). A reshape is refused if it writes out four axes or more, unless it lines a vector
    up for broadcasting or pairs the last axis' channels.
    """
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [ast.unparse(call) for call in calls if _is_move(call)]


def _is_move(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute):
        return False
    name, axes = call.func.attr, [ast.unparse(argument) for argument in call.args]
    if name in MOVES:
        return set(axes[-2:]) != {"-1", "-2"}
    if name not in RESHAPES:
        return False
    sizes = call.args[0].elts if call.args and isinstance(call.args[0], ast.Tuple) else call.args
    written = [ast.unparse(size) for size in sizes if ast.unparse(size) != "1"]
    return len(sizes) >= 4 and len(written) > 1 and written[-1] != "2"


@pytest.mark.parametrize("path", FILES, ids=_id)
def test_a_file_has_at_most_300_lines(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= 300


@pytest.mark.parametrize("path", FILES, ids=_id)
def test_a_function_has_at_most_40_lines_without_its_docstring(path: Path) -> None:
    long = {node.name: _length(node) for node in _functions(_parse(path)) if _length(node) > 40}
    assert long == {}


@pytest.mark.parametrize("path", FILES, ids=_id)
def test_a_file_is_named_after_its_idea(path: Path) -> None:
    assert path.stem not in NO_IDEA


@pytest.mark.parametrize("path", FILES, ids=_id)
def test_annotations_are_live(path: Path) -> None:
    futures = [
        node
        for node in ast.walk(_parse(path))
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
    ]
    assert futures == []


# What these two wrap, or draw arguments for, may take anything; a rule takes what torch takes
# beside the axes (`device=`, `memory_format=`), and mypy has checked the call.
ANYTHING = ("checking", "rules")


@pytest.mark.parametrize(
    "path",
    [p for p in LIBRARY if p.parent.name not in ANYTHING and p.name != "strategies.py"],
    ids=_id,
)
def test_no_function_takes_arguments_that_it_does_not_name(path: Path) -> None:
    swallowing = [node.name for node in _functions(_parse(path)) if node.args.kwarg is not None]
    assert swallowing == []


# `testing` hands over every wrong layout on purpose.
@pytest.mark.parametrize(
    "path",
    [p for p in LIBRARY if p.name != "layout.py" and p.parent.name != "testing"],
    ids=_id,
)
def test_axes_move_in_layout_alone(path: Path) -> None:
    assert _moves(_parse(path)) == []


@pytest.mark.parametrize(
    ("line", "moves"),
    [
        ("q.transpose(1, 2)", True),
        ("torch.transpose(q, 1, 2)", True),
        ("q.permute(0, 2, 1, 3)", True),
        ("q.view(b, h, t, d)", True),
        ("q.reshape((b, t, h, d))", True),
        ("q @ k.transpose(-2, -1)", False),
        ("x.reshape(-1, c)", False),
        ("torch.arange(t).view(1, 1, t, 1)", False),
        ("x.view(b, h, t, d // 2, 2)", False),
        ("heads_first(x)", False),
    ],
)
def test_the_search_for_moves_tells(line: str, moves: bool) -> None:
    assert bool(_moves(ast.parse(line))) is moves
