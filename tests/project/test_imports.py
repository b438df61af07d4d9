"""Imports run one way, lowest storey first, and the lowest ones carry no weight."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "typed_rope"

# What each part may import beside itself: `rope` and `attention` share a storey and do not meet.
BELOW: dict[str, set[str]] = {
    "shapes": set(),
    "checking": {"shapes"},
    "dtypes": set(),
    "reveal": set(),
    "layout": {"shapes", "checking", "dtypes"},
    "rope": {"shapes", "checking", "dtypes", "layout"},
    "attention": {"shapes", "checking", "dtypes", "layout"},
    "modules": {"shapes", "checking", "dtypes", "layout", "rope", "attention"},
    "models": {"shapes", "checking", "dtypes", "layout", "rope", "attention", "modules"},
}
TOP = {"demo", "cli", "__main__", "testing", "mypy", "adoption", "pytest_plugin"}
LIGHT = {"shapes", "mypy"}
HEAVY = {"torch", "jaxtyping", "beartype", "numpy"}


def _modules() -> list[Path]:
    """List every file but the root, which stands on everything."""
    return sorted(path for path in SOURCE.rglob("*.py") if path != SOURCE / "__init__.py")


def _part(path: Path) -> str:
    """Name the storey a file belongs to."""
    return path.relative_to(SOURCE).with_suffix("").parts[0]


def _imports(tree: ast.AST) -> Iterator[str]:
    """Yield every module that is imported, wherever in the file; `from a import b` as `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where a name comes from"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _named_parts(tree: ast.AST) -> set[str]:
    """List the parts of this package that are imported; "" is the root itself or a name of it."""
    parts = {path.stem for path in SOURCE.iterdir()}
    ours = (name.split(".") for name in _imports(tree))
    return {
        names[1] if len(names) > 1 and names[1] in parts else ""
        for names in ours
        if names[0] == "typed_rope"
    }


def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@pytest.mark.parametrize("path", _modules(), ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_a_module_imports_only_what_stands_below_it(path: Path) -> None:
    part = _part(path)
    allowed = set(BELOW) | TOP if part in TOP else BELOW[part] | {part}
    assert _named_parts(_parse(path)) - allowed == set()


@pytest.mark.parametrize("part", sorted(LIGHT))
def test_a_light_part_names_no_heavy_package(part: str) -> None:
    paths = [path for path in _modules() if _part(path) == part]
    heavy = {name for path in paths for name in _imports(_parse(path))}
    assert {name.split(".")[0] for name in heavy} & HEAVY == set()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("import typed_rope", {""}),
        ("from typed_rope import typed", {""}),
        ("from typed_rope import layout", {"layout"}),
        ("import typed_rope.rope.spec", {"rope"}),
        ("def f():\n    from typed_rope.models.decoder import Decoder", {"models"}),
        ("import torch.nn", set()),
    ],
)
def test_the_walk_sees_an_import_of(line: str, expected: set[str]) -> None:
    assert _named_parts(ast.parse(line)) == expected


@pytest.mark.parametrize("module", ["typed_rope", "typed_rope.shapes"])
def test_importing_it_loads_no_heavy_package(module: str) -> None:
    code = f"import sys, {module}; print(sorted({HEAVY} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
