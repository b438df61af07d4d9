"""mypy as users run it: one cache serves every test of a run."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

Run = Callable[[Sequence[Path]], str]


def _runner(folder: Path, *settings: str) -> Run:
    configured = folder / "mypy.ini"
    lines = ("[mypy]", "strict = True", "show_traceback = True", *settings)
    configured.write_text("".join(f"{line}\n" for line in lines))
    options = ["--config-file", str(configured), "--cache-dir", str(folder / "cache")]

    def run(paths: Sequence[Path]) -> str:
        # A process of its own: mypy keeps what it has read, and changes the limit of recursion.
        command = [sys.executable, "-m", "mypy", *options, *map(str, paths)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.stderr == ""
        return done.stdout

    return run


@pytest.fixture(scope="session")
def run_mypy(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run mypy --strict with the plugin over files, and give what it prints."""
    return _runner(tmp_path_factory.mktemp("mypy"), "plugins = typed_rope.mypy")


@pytest.fixture(scope="session")
def run_plain_mypy(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run mypy --strict as it is, without the plugin."""
    return _runner(tmp_path_factory.mktemp("plain"))
