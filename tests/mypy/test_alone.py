"""The plugin and its command work where mypy and this package are installed, and nothing else.

The packages that a fresh environment would hold are linked into a folder, and Python is run with
its standard library and that folder alone.
"""

import os
import re
import subprocess
import sys
from contextlib import suppress
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest

import typed_rope

STUBS = Path(__file__).resolve().parent / "stubs"
PROGRAM = """\
from jaxtyping import Float
from torch import Tensor

def f(x: Float[Tensor, "b t h d"]) -> Float[Tensor, "b h t d"]:
    return x
"""
SAID = """\
a.py:5: error: f: the result is "b t h d" for "b h t d": h and t are exchanged  [layout]
a.py:5: note: Write: return x.transpose(1, 2)
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with mypy, what mypy needs, and this package."""
    folder = tmp_path / "site"
    folder.mkdir()
    for name in _needed("mypy"):
        _link(distribution(name), folder)
    (folder / "typed_rope").symlink_to(Path(str(typed_rope.__file__)).parent)
    for path in distribution("typed-rope").files or ():
        if path.parts[0].endswith(".dist-info"):
            target = folder / path.parts[0]
            if not target.exists():
                target.symlink_to(Path(str(path.locate())).parent)
    return folder


def _needed(name: str) -> set[str]:
    found = {name}
    for requirement in distribution(name).requires or ():
        if "extra ==" not in requirement:
            match = re.match(r"[\w.-]+", requirement)
            assert match is not None
            with suppress(PackageNotFoundError):  # of another version of Python
                found |= _needed(match[0])
    return found


def _link(package: Distribution, folder: Path) -> None:
    for path in package.files or ():
        top = path.parts[0]
        if top != ".." and not (folder / top).exists():
            (folder / top).symlink_to(Path(str(package.locate_file(top))))


def _run(site: Path, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    (folder / "a.py").write_text(PROGRAM)
    environment = {**os.environ, "PYTHONPATH": str(site), "MYPYPATH": str(STUBS)}
    return subprocess.run(
        [sys.executable, "-S", *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )


def test_nothing_heavy_is_within_reach(site: Path, tmp_path: Path) -> None:
    done = _run(site, tmp_path, "-c", "import torch")
    assert "No module named 'torch'" in done.stderr


def test_mypy_loads_the_plugin(site: Path, tmp_path: Path) -> None:
    (tmp_path / "mypy.ini").write_text("[mypy]\nplugins = typed_rope.mypy\nerror_summary = False\n")
    done = _run(site, tmp_path, "-m", "mypy", "--no-site-packages", "a.py")
    assert (done.stdout, done.stderr) == (SAID, "")


def test_the_command_checks(site: Path, tmp_path: Path) -> None:
    done = _run(site, tmp_path, "-m", "typed_rope", "check", "a.py", "--", "--no-site-packages")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(SAID)
