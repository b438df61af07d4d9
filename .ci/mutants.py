"""Break the code in one place, and see whether a test notices: `.ci/mutants.py --count 100`.

A mutant is one changed operator, comparison, constant or condition, drawn with a seed. The tests of
its own folder run on a copy of the source; a mutant that they pass has survived, and is printed.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("shapes", "checking", "layout.py", "rope")
COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Mod: ast.Mult,
}  # fmt: skip


def places(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Yield the nodes that can be changed, and what is done to them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARED:
            yield node, "comparison"
        elif isinstance(node, ast.BinOp) and type(node.op) in COMPUTED:
            yield node, "operator"
        elif isinstance(node, ast.BoolOp):
            yield node, "and, or"
        elif isinstance(node, ast.Constant) and type(node.value) is int:
            yield node, "constant"
        elif isinstance(node, ast.If | ast.IfExp):
            yield node, "condition"


def change(node: ast.AST) -> None:
    """Change one node in place."""
    if isinstance(node, ast.Compare):
        node.ops[0] = COMPARED[type(node.ops[0])]()
    elif isinstance(node, ast.BinOp):
        node.op = COMPUTED[type(node.op)]()
    elif isinstance(node, ast.BoolOp):
        node.op = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        node.value = node.value + 1
    elif isinstance(node, ast.If | ast.IfExp):
        node.test = ast.UnaryOp(ast.Not(), node.test)


def survives(path: Path, index: int) -> str | None:
    """Run the tests on one mutant; return where it stands if they pass."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    node, kind = list(places(tree))[index]
    change(node)
    part = path.relative_to(ROOT / "src" / "typed_rope").parts[0]
    tests = ROOT / "tests" / (f"test_{part}" if part.endswith(".py") else part)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "src")
        shutil.copytree(ROOT / "src", source)
        mutant = source / path.relative_to(ROOT / "src")
        mutant.write_text(ast.unparse(ast.fix_missing_locations(tree)), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", str(tests)]
        environment = os.environ | {"PYTHONPATH": str(source), "CI": "true"}
        try:
            run = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, timeout=900
            )
        except subprocess.TimeoutExpired:
            return None  # it hangs, which is noticed
    line = getattr(node, "lineno", 0)
    return f"{path.relative_to(ROOT)}:{line}: {kind}" if run.returncode == 0 else None


def main() -> None:
    """Draw mutants, run them, and fail if too many survive."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--at-least", type=float, default=0.0, help="share that must be killed")
    options = parser.parse_args()
    package = ROOT / "src" / "typed_rope"
    files = [f for part in PARTS for f in sorted((package / part).rglob("*.py"))]
    files += [package / part for part in PARTS if part.endswith(".py")]
    sites = [
        (path, index)
        for path in files
        for index, _ in enumerate(places(ast.parse(path.read_text(encoding="utf-8"))))
    ]
    chosen = random.Random(options.seed).sample(sites, min(options.count, len(sites)))
    survivors = 0
    for number, (path, index) in enumerate(chosen, 1):
        survivor = survives(path, index)
        if survivor is not None:
            survivors += 1
            print(f"survived {survivor}", flush=True)
        print(f"{number} of {len(chosen)}: {survivors} survived", file=sys.stderr, flush=True)
    killed = 1 - survivors / len(chosen)
    print(f"{len(chosen) - survivors} of {len(chosen)} mutants killed ({len(sites)} places)")
    sys.exit(killed < options.at_least)


if __name__ == "__main__":
    main()
