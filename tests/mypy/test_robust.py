"""A mistake of the plugin's own leaves mypy running, and shows only to whoever asks for it."""

import subprocess
import sys
from pathlib import Path

import pytest

STUBS = Path(__file__).resolve().parent / "stubs"
BROKEN = """\
from dataclasses import replace
from typed_rope.mypy.hooks import ShapePlugin
from typed_rope.mypy.rules import RULES

def fail(*arguments, **named):
    raise RuntimeError("a rule is broken")

RULES["transpose"] = replace(RULES["transpose"], function=fail)

def plugin(version):
    return ShapePlugin
"""
PROGRAM = """\
from jaxtyping import Float
from torch import Tensor

def f(x: Float[Tensor, "b t h d"]) -> int:
    x.transpose(1, 2)
    return "mypy's own"

def g(x: Float[Tensor, "b t h d"]) -> Float[Tensor, "b h t d"]:
    return x
"""
SAID = """\
a.py:6: error: Incompatible return value type (got "str", expected "int")  [return-value]
a.py:9: error: g: the result is "b t h d" for "b h t d": h and t are exchanged  [layout]
a.py:9: note: Write: return x.transpose(1, 2)
"""
NOTE = "a.py:4: note: typed_rope: this was not followed (internal error)\n"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MYPYPATH", str(STUBS))
    (tmp_path / "broken.py").write_text(BROKEN)
    (tmp_path / "a.py").write_text(PROGRAM)
    (tmp_path / "mypy.ini").write_text("[mypy]\nplugins = broken.py\nerror_summary = False\n")
    return tmp_path


def _run(folder: Path, *options: str) -> tuple[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir=/dev/null", *options, "a.py"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    return done.stdout, done.stderr


def test_a_rule_that_fails_leaves_the_rest_of_the_program_checked(program: Path) -> None:
    assert _run(program) == (SAID, "")


def test_its_traceback_is_shown_where_mypys_own_would_be(program: Path) -> None:
    output, errors = _run(program, "--show-traceback")
    assert output == NOTE + SAID
    assert errors.endswith("RuntimeError: a rule is broken\n")
