"""A small project in a folder of its own, where torch is a stub that mypy reads in no time."""

from collections.abc import Callable
from pathlib import Path

import pytest

from typed_rope.cli import main

STUBS = Path(__file__).resolve().parents[1] / "mypy" / "stubs"
WRONG = """\
from jaxtyping import Float
from torch import Tensor


def rotate(x: Float[Tensor, "b h t d"], cos: Float[Tensor, "t d/2"]) -> None: ...


def block(q: Float[Tensor, "b t h d"], cos: Float[Tensor, "t d/2"]) -> int:
    rotate(q, cos)
    return "mypy's own"
"""


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all, where a test does not ask about caches."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with `wrong.py`, of which mypy has something to say too, and `right.py`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MYPYPATH", str(STUBS))
    monkeypatch.setenv("HOME", str(tmp_path))  # mypy looks for a configuration there, too
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    (tmp_path / "wrong.py").write_text(WRONG)
    right = WRONG.replace("rotate(q, cos)", "rotate(q.transpose(1, 2), cos)")
    (tmp_path / "right.py").write_text(right)
    return tmp_path


@pytest.fixture
def check(
    project: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run `typed-rope check`: its status, what it prints, what it says on stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(["check", "--cache-dir", str(cache), *arguments])
        return status, *capsys.readouterr()

    return run
