"""mypy as users run it, with the plugin on: one cache serves every test of a run."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from mypy import api

Run = Callable[[Sequence[Path]], str]


@pytest.fixture(scope="session")
def run_mypy(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run mypy --strict with the plugin over files, and give what it prints."""
    folder = tmp_path_factory.mktemp("mypy")
    settings = folder / "mypy.ini"
    settings.write_text("[mypy]\nplugins = typed_rope.mypy\nstrict = True\nshow_traceback = True\n")
    options = ["--config-file", str(settings), "--cache-dir", str(folder / "cache")]

    def run(paths: Sequence[Path]) -> str:
        output, errors, _ = api.run([*options, *map(str, paths)])
        assert errors == ""
        return output

    return run
