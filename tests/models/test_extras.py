"""A missing extra says how to install it."""

import sys
from pathlib import Path

import pytest

from typed_rope.models import load_gguf
from typed_rope.models.extras import need


def test_a_missing_package_comes_with_the_line_to_paste() -> None:
    with pytest.raises(ModuleNotFoundError) as error:
        need("no_such_package.inside", purpose="Reading minds")
    assert str(error.value) == (
        "Reading minds needs the package no_such_package: pip install 'typed-rope[models]'"
    )


def test_a_package_that_is_there_is_returned() -> None:
    assert need("json.decoder", purpose="This test") is sys.modules["json.decoder"]


def test_what_a_package_lacks_itself_is_its_own_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "half_there.py").write_text("import not_there_at_all\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="No module named 'not_there_at_all'"):
        need("half_there", purpose="This test")


def test_loading_without_gguf_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gguf", None)
    with pytest.raises(ModuleNotFoundError) as error:
        load_gguf(tmp_path / "model.gguf")
    assert str(error.value) == (
        "Reading a GGUF file needs the package gguf: pip install 'typed-rope[models]'"
    )
