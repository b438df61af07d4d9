"""A project's own configuration of mypy is followed, and the plugin added where it lacks."""

from collections.abc import Callable
from pathlib import Path

import pytest

from typed_rope.cli.checking.preparing import PLUGIN, RefusedError, prepare

Check = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mypy.ini", "[mypy]\npretty = True\nstrict = True\n"),
        (".mypy.ini", "[mypy]\nstrict = True\n"),
        ("setup.cfg", "[mypy]\nstrict = True\n"),
        ("pyproject.toml", "[tool.mypy]\nstrict = true\n"),
    ],
)
def test_a_configuration_is_found_and_the_plugin_added(
    name: str, text: str, project: Path, check: Check
) -> None:
    (project / name).write_text(text)
    options = prepare(["right.py"]).options
    assert (options.config_file, options.plugins, options.strict_equality) == (
        name, [PLUGIN], True
    )  # fmt: skip
    assert check("wrong.py")[0] == 1


def test_a_configuration_can_be_named(project: Path) -> None:
    (project / "other.ini").write_text("[mypy]\nplugins = typed_rope.mypy\n")
    options = prepare(["right.py", "--config-file=other.ini"]).options
    assert (options.config_file, options.plugins) == ("other.ini", [PLUGIN])


def test_other_plugins_stay_and_come_first(project: Path, check: Check) -> None:
    (project / "theirs.py").write_text(
        "from mypy.plugin import Plugin\ndef plugin(version):\n    return Plugin\n"
    )
    (project / "mypy.ini").write_text("[mypy]\nplugins = theirs.py\n")
    assert prepare(["right.py"]).options.plugins == ["theirs.py", PLUGIN]
    assert check("wrong.py")[0] == 1


def test_without_configuration_functions_without_annotations_are_checked(project: Path) -> None:
    options = prepare(["right.py"]).options
    assert (options.plugins, options.check_untyped_defs) == ([PLUGIN], True)
    (project / "mypy.ini").write_text("[mypy]\n")
    assert not prepare(["right.py"]).options.check_untyped_defs


@pytest.mark.parametrize(
    ("settings", "arguments", "cache"),
    [
        (None, [], ".mypy_cache/typed_rope"),
        ("[mypy]\n", [], ".mypy_cache/typed_rope"),
        ("[mypy]\ncache_dir = kept\n", [], "kept/typed_rope"),
        ("[mypy]\nplugins = typed_rope.mypy\n", [], ".mypy_cache"),
        ("[mypy]\n", ["--cache-dir", "given"], "given"),
        ("[mypy]\n", ["--cache-dir=given"], "given"),
    ],
)
def test_a_cache_is_shared_only_where_mypy_runs_with_the_plugin(
    settings: str | None, arguments: list[str], cache: str, project: Path
) -> None:
    if settings is not None:
        (project / "mypy.ini").write_text(settings)
    assert prepare(["right.py", *arguments]).options.cache_dir == cache


def test_a_configuration_that_is_wrong_is_warned_of(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "mypy.ini").write_text("[mypy]\nfrobnicate = True\n")
    prepare(["right.py"])
    assert "Unrecognized option: frobnicate = True" in capsys.readouterr().err


def test_what_mypy_refuses_is_raised_in_its_words(project: Path) -> None:
    with pytest.raises(RefusedError, match="unrecognized arguments: --frobnicate"):
        prepare(["right.py", "--frobnicate"])


def test_a_question_to_mypy_is_answered(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        prepare(["--version"])
    assert not end.value.code
    assert capsys.readouterr().out.startswith("mypy ")
