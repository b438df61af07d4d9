"""Every way in which a module can be imported leads to checks, and to nothing else."""

import importlib
import importlib.util
import inspect
import py_compile
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import pytest
import torch

from typed_rope.adoption.finder import Selection, adopt, adopting
from typed_rope.adoption.findings import Findings
from typed_rope.checking import ShapeError

HEAD = "import torch\nfrom jaxtyping import Float\nfrom torch import Tensor\n"
PAIR = 'def pair(x: Float[Tensor, "b t"], y: Float[Tensor, " t"]) -> None: ...\n'
X, Y, WRONG = torch.zeros(2, 3), torch.zeros(3), torch.zeros(5)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder whose packages can be imported, and are forgotten afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.partition(".")[0].startswith("adopted"):
            del sys.modules[name]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + dedent(text))


def _import(folder: Path, text: str) -> tuple[Any, Findings]:
    _write(folder / "adopted.py", text)
    with adopting(Selection(frozenset({"adopted"}))) as findings:
        return importlib.import_module("adopted"), findings


def _refuses(module: Any) -> bool:
    module.pair(X, Y)
    try:
        module.pair(X, WRONG)
    except ShapeError:
        return True
    return False


def test_a_module_that_is_not_selected_is_left_alone(folder: Path) -> None:
    _write(folder / "adopted_not.py", PAIR)
    with adopting(Selection(frozenset({"adopted"}))):
        module = importlib.import_module("adopted_not")
    assert not _refuses(module)


@pytest.mark.parametrize(
    "text",
    [
        "from . import later\npair = later.pair\n",
        "from .later import pair\n",
        "import importlib\npair = importlib.import_module('adopted.later').pair\n",
        "def __getattr__(name):\n    import adopted.later as it\n    return getattr(it, name)\n",
    ],
    ids=["relative", "relative name", "importlib", "lazy"],
)
def test_a_submodule_is_checked_however_it_is_imported(folder: Path, text: str) -> None:
    _write(folder / "adopted" / "__init__.py", text)
    _write(folder / "adopted" / "later.py", PAIR)
    with adopting(Selection(frozenset({"adopted"}))):
        module = importlib.import_module("adopted")
        assert _refuses(module)


def test_modules_that_import_each_other_are_checked(folder: Path) -> None:
    _write(folder / "adopted" / "__init__.py", "")
    _write(folder / "adopted" / "one.py", "from . import other\n" + PAIR)
    _write(folder / "adopted" / "other.py", "from . import one\n" + PAIR)
    with adopting(Selection(frozenset({"adopted"}))):
        one = importlib.import_module("adopted.one")
    assert _refuses(one)
    assert _refuses(one.other)


def test_a_module_that_is_loaded_again_is_checked(folder: Path) -> None:
    _write(folder / "adopted.py", PAIR)
    with adopting(Selection(frozenset({"adopted"}))) as findings:
        module = importlib.import_module("adopted")
        assert _refuses(importlib.reload(module))
    assert findings.checked == {("adopted", "pair")}


def test_a_module_in_a_zip_file_is_checked(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "archive.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("adopted/__init__.py", "")
        file.writestr("adopted/inner.py", HEAD + PAIR)
    monkeypatch.syspath_prepend(str(archive))
    with adopting(Selection(frozenset({"adopted"}))):
        assert _refuses(importlib.import_module("adopted.inner"))


def test_a_module_of_a_namespace_package_is_checked(folder: Path) -> None:
    _write(folder / "adopted" / "part" / "inner.py", PAIR)
    with adopting(Selection(frozenset({"adopted"}))):
        assert _refuses(importlib.import_module("adopted.part.inner"))


def test_bytecode_is_neither_read_nor_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    _write(folder / "adopted.py", PAIR)
    cached = Path(py_compile.compile(str(folder / "adopted.py"), doraise=True) or "")
    before = cached.read_bytes()
    with adopting(Selection(frozenset({"adopted"}))):
        assert _refuses(importlib.import_module("adopted"))
    assert cached.read_bytes() == before
    del sys.modules["adopted"]
    assert not _refuses(importlib.import_module("adopted"))


def test_a_module_without_source_is_loaded_and_named(folder: Path) -> None:
    _write(folder / "adopted.py", PAIR)
    py_compile.compile(str(folder / "adopted.py"), cfile=str(folder / "adopted.pyc"))
    (folder / "adopted.py").unlink()
    with adopting(Selection(frozenset({"adopted"}))) as findings:
        assert not _refuses(importlib.import_module("adopted"))
    assert [str(entry) for entry in findings.unchecked] == [
        f"{folder}/adopted.pyc: adopted: it comes without source"
    ]


def test_a_folder_selects_what_lies_in_it(folder: Path) -> None:
    _write(folder / "adopted_beside.py", PAIR)
    with adopting(Selection(folder=folder)) as findings:
        assert _refuses(importlib.import_module("adopted_beside"))
        importlib.import_module("wave")
    assert findings.checked == {("adopted_beside", "pair")}


def test_a_package_that_was_imported_before_is_refused(folder: Path) -> None:
    _write(folder / "adopted.py", PAIR)
    importlib.import_module("adopted")
    with pytest.raises(ValueError, match="adopted") as error:
        adopt(Selection(frozenset({"adopted"})), Findings())
    assert str(error.value) == (
        "adopted cannot be checked: it was imported before the check could begin (adopted). "
        "Import it later: in a test or in conftest.py, not in a plugin that is loaded first."
    )


def test_this_library_is_not_adopted() -> None:
    with pytest.raises(ValueError, match="typed_rope") as error:
        adopt(Selection(frozenset({"typed_rope.rope"})), Findings())
    assert str(error.value) == (
        "typed_rope.rope is checked as it stands; name a package of your own."
    )


def test_the_hook_alone_loads_no_torch() -> None:
    code = (
        "import sys; from typed_rope.adoption import *; adopt(Selection(frozenset({'x'})), "
        "Findings()); print(sorted({'torch', 'jaxtyping', 'beartype'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_source_and_line_numbers_stay_those_of_the_file(folder: Path) -> None:
    module, _ = _import(folder, "\n@torch.no_grad()\n" + PAIR + "def fails():\n    1 / 0\n")
    assert inspect.getsource(module.pair) == "@torch.no_grad()\n" + PAIR
    with pytest.raises(ZeroDivisionError) as error:
        module.fails()
    assert [entry.lineno for entry in error.traceback][-1] + 1 == 8


def test_a_resource_is_read_through_the_loader(folder: Path) -> None:
    _write(folder / "adopted" / "__init__.py", "")
    with adopting(Selection(frozenset({"adopted"}))):
        module: ModuleType = importlib.import_module("adopted")
    assert module.__spec__ is not None
    loader: Any = module.__spec__.loader
    assert loader.get_data(str(folder / "adopted" / "__init__.py")) == HEAD.encode()
    assert loader.is_package("adopted")
