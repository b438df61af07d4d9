"""The hook that other projects name: its fields are pre-commit's, its entry a command of ours."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from typed_rope.cli.program import COMMANDS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def hook() -> dict[str, Any]:
    yaml = pytest.importorskip("yaml")
    (only,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    fields: dict[str, Any] = only
    return fields


def test_its_entry_is_a_command_that_exists(hook: dict[str, Any]) -> None:
    program, command = hook["entry"].split()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert program in project["scripts"]
    assert command in {each.name for each in COMMANDS}


def test_it_brings_the_mypy_that_the_extra_asks_for(hook: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert hook["additional_dependencies"] == project["optional-dependencies"]["mypy"]


def test_it_takes_python_files_in_an_environment_of_its_own(hook: dict[str, Any]) -> None:
    assert (hook["id"], hook["language"], hook["types"], hook["args"]) == (
        "typed-rope-check", "python", ["python"], []
    )  # fmt: skip
