"""The project's files agree on versions: what is required, what is pinned, what is promised."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME = ["torch", "jaxtyping", "beartype"]
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]


def _key(name: str) -> str:
    """Spell a package's name as an index does."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _pins(file: str) -> dict[str, str]:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    pinned = [line for line in lines if line and not line.startswith("#")]
    return {_key(name): version for name, version in (line.split("==") for line in pinned)}


def _lowest(requirement: str) -> tuple[str, str]:
    """Split `name>=version`, the only form that this project uses."""
    match = re.fullmatch(r"([\w-]+)>=([\d.]+)", requirement)
    assert match is not None, requirement
    return _key(match[1]), match[2]


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _requirements() -> list[str]:
    every = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]
    for extra in EXTRAS.values():
        every += [entry for entry in extra if not entry.startswith("typed-rope[")]
    return every


def test_the_library_needs_three_packages_and_nothing_else() -> None:
    names = [_lowest(entry)[0] for entry in PROJECT["project"]["dependencies"]]
    assert names == RUNTIME


def test_the_extras_are_those_of_the_written_list() -> None:
    assert sorted(EXTRAS) == sorted(
        ["models", "testing", "mypy", "demo", "test", "docs", "peers", "dev"]
    )


@pytest.mark.parametrize("requirement", _requirements())
def test_a_requirement_is_pinned_at_or_above_its_bound(requirement: str) -> None:
    name, lowest = _lowest(requirement)
    assert _order(_pins("constraints.txt")[name]) >= _order(lowest)


@pytest.mark.parametrize("package", ["Python", *RUNTIME])
def test_the_pages_promise_the_bounds_of_the_package(package: str) -> None:
    bounds = dict(map(_lowest, PROJECT["project"]["dependencies"]))
    bounds["Python"] = PROJECT["project"]["requires-python"].removeprefix(">=")
    for page in ["README.md", "docs/versions.md"]:
        text = (ROOT / page).read_text(encoding="utf-8")
        promised = re.findall(rf"^\| {package} \| ([\d.]+) ", text, re.M)
        assert promised == [bounds[package]], page


def test_the_readme_supports_the_pythons_of_the_classifiers() -> None:
    prefix = "Programming Language :: Python :: 3."
    minors = [
        entry.removeprefix(prefix)
        for entry in PROJECT["project"]["classifiers"]
        if entry.startswith(prefix)
    ]
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"| Python | 3.{minors[0]} to 3.{minors[-1]} |" in text


def test_no_file_but_the_constraints_pins_a_version() -> None:
    assert [entry for entry in _requirements() if "==" in entry] == []


def test_every_tool_of_the_hooks_is_the_pinned_one() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"repo: (\S+)", hooks) == ["local"]
