"""The plugin in runs of pytest of their own."""

import json
import re
from pathlib import Path

import pytest

# Loaded here, or every run in this process would load its own copy.
import typed_rope.adoption.definition
import typed_rope.checking.switch
import typed_rope.pytest_plugin.summary  # noqa: F401

pytest_plugins = ["pytester"]

LIBRARY = """
    from dataclasses import dataclass
    from jaxtyping import Float
    from torch import Tensor
    from typed_rope import typed

    @typed
    def distinct(x: Float[Tensor, "b t"]) -> None: ...

    @typed
    def ambiguous(x: Float[Tensor, "b t"]) -> None: ...

    @typed
    def single(x: Float[Tensor, " t"]) -> None: ...

    @typed
    def never(x: Float[Tensor, "b t"]) -> None: ...

    def unchecked(x: Float[Tensor, "b t"]) -> None: ...

    @dataclass
    class Record:
        x: Float[Tensor, "b t"]

    class Holder:
        @property
        @typed
        def held(self) -> Float[Tensor, "b t"]: ...
"""
NEVER = """
    from jaxtyping import Float
    from torch import Tensor
    from typed_rope import typed

    @typed
    def also_never(x: Float[Tensor, "b t"]) -> None:
        @typed
        def inner(x: Float[Tensor, " t"]) -> None: ...
"""
CALLS = """
    import pytest
    import torch
    from library import called

    def test_calls():
        called.distinct(torch.zeros(3, 3))
        called.distinct(torch.zeros(2, 3))
        called.ambiguous(torch.zeros(4, 4))
        called.single(torch.zeros(4))

    def test_refusals():
        with pytest.raises(TypeError):
            called.never(torch.zeros(4))
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """Return a folder with a package and its tests."""
    pytester.mkpydir("library")
    for name, text in [("called", LIBRARY), ("never", NEVER)]:
        path = pytester.makepyfile(**{f"library/{name}": text})
        assert isinstance(path, Path)
    pytester.makepyfile(test_calls=CALLS)
    pytester.syspathinsert()
    return pytester


def _section(result: pytest.RunResult, title: str) -> list[str]:
    """Return the lines below a title, up to the next."""
    lines = result.outlines
    start = next(i for i, line in enumerate(lines) if re.fullmatch(f"=+ {title} =+", line)) + 1
    end = next(i for i, line in enumerate(lines[start:], start) if line.startswith("==="))
    return [line for line in lines[start:end] if line]


def test_shape_coverage_tells_of_every_function(project: pytest.Pytester) -> None:
    result = project.runpytest_inprocess(
        "--shape-coverage=library", "--shape-coverage-json=found.json"
    )
    assert result.ret == 0
    assert _section(result, "shape coverage") == [
        "Module          checked  distinct  ambiguous  never  unchecked",
        "library.called        5         2          1      2          2",
        "library.never         2         0          0      2          0",
        "TOTAL                 7         2          1      4          2",
        "shape coverage 28.6 %; 2 of 4 accepted calls were ambiguous",
        "library/called.py:10: ambiguous: called with ambiguous sizes only. ambiguous: b and t of "
        "x both had size 4, and this call could not have told them apart. Choose different sizes, "
        "for example b = 4, t = 5.",
        "library/called.py:16: never: never called",
        "library/called.py:18: unchecked: annotated, and not checked: put @typed above it",
        "library/called.py:21: Record: annotated, and not checked: put @typed above it",
        "library/called.py:27: Holder.held: never called",
        "library/never.py:6: also_never: never called",
        "library/never.py:8: inner: never called",
    ]
    found = json.loads((project.path / "found.json").read_text())
    assert {entry["name"]: entry["state"] for entry in found["functions"]} == {
        **{"distinct": "distinct", "single": "distinct", "ambiguous": "ambiguous"},
        **{"never": "never", "Holder.held": "never", "also_never": "never", "inner": "never"},
        **{"unchecked": "unchecked", "Record": "unchecked"},
    }
    assert round(found["percent"], 1) == 28.6


@pytest.mark.parametrize(("least", "status"), [("28", 0), ("29", 1)])
def test_too_little_coverage_fails_the_run(
    least: str, status: int, project: pytest.Pytester
) -> None:
    project.makeini("[pytest]\nshape_coverage = library")
    result = project.runpytest_inprocess(f"--shape-coverage-fail-under={least}")
    assert result.ret == status
    said = f"FAIL: shape coverage of 28.6 % is below {least} %"
    assert (said in result.outlines) is bool(status)


@pytest.mark.parametrize("option", ["--shape-coverage-json=x", "--shape-coverage-fail-under=9"])
def test_an_option_of_the_coverage_needs_a_package(option: str, pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess(option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    name = option.partition("=")[0]
    assert result.errlines[0] == f"ERROR: {name} needs --shape-coverage PACKAGE."


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--shape-coverage", "nothing in nowhere is annotated, or there is no such package."),
        ("--typed-rope", "no test imported nowhere, or there is no such package."),
    ],
)
def test_a_package_that_is_nowhere_fails_the_run(
    option: str, said: str, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile("def test_it(): ...")
    result = pytester.runpytest_inprocess(option, "nowhere")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"ERROR: {option}: {said}" in result.outlines


def test_an_ambiguous_call_warns_where_asked_for(project: pytest.Pytester) -> None:
    # In a process of its own: in this one, warnings are errors.
    result = project.runpytest_subprocess("--shape-ambiguity")
    result.assert_outcomes(passed=2, warnings=2)
    assert "test_calls.py:8: AmbiguousShapeWarning: ambiguous: b and t of x both had size 4" in (
        result.stdout.str()
    )


def test_an_ambiguous_call_fails_no_test_that_did_not_ask(project: pytest.Pytester) -> None:
    project.runpytest_inprocess("-W", "error").assert_outcomes(passed=2)
    project.runpytest_inprocess("-W", "error", "--shape-ambiguity").assert_outcomes(
        passed=1, failed=1
    )


def test_the_marker_switches_checks(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_calls="""
        import pytest
        import torch
        from library import called

        @pytest.mark.shape_checks("off")
        class TestOff:
            def test_off(self):
                called.single(torch.zeros(2, 3))

            @pytest.mark.shape_checks("on")
            def test_on(self):
                with pytest.raises(TypeError):
                    called.single(torch.zeros(2, 3))

        def test_afterwards():
            with pytest.raises(TypeError):
                called.single(torch.zeros(2, 3))
        """
    )
    project.runpytest_inprocess("--strict-markers").assert_outcomes(passed=3)


def test_a_marker_that_says_nothing_is_a_usage_error(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_marked="import pytest\n@pytest.mark.shape_checks(False)\ndef test_it(): ..."
    )
    result = pytester.runpytest_inprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert (
        "ERROR: test_marked.py::test_it: shape_checks(False): "
        'write shape_checks("on") or shape_checks("off").'
    ) in result.errlines


@pytest.mark.parametrize("mode", ["prepend", "importlib"])
def test_an_unedited_package_is_checked_for_one_run(mode: str, project: pytest.Pytester) -> None:
    project.makeconftest("import library.called")
    project.makepyfile(
        test_calls="""
        import pytest
        import torch
        from library import called

        def test_it():
            called.unchecked(torch.zeros(2, 3))
            with pytest.raises(TypeError):
                called.unchecked(torch.zeros(2))
        """
    )
    arguments = [f"--import-mode={mode}", "--shape-coverage", "library"]
    result = project.runpytest_inprocess("--typed-rope", "library", *arguments)
    result.assert_outcomes(passed=1)
    assert _section(result, "typed_rope") == ["checked 2 definitions in 1 module"]
    assert "library.called        7         1          0      6          0" in result.outlines
    project.runpytest_inprocess(*arguments).assert_outcomes(failed=1)


def test_the_plugin_loads_nothing_heavy(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_it(request):
            assert request.config.pluginmanager.has_plugin("typed_rope")
            heavy = {"torch", "jaxtyping", "beartype", "hypothesis"}
            assert heavy & set(sys.modules) == set()
        """
    )
    # Other packages' plugins load these themselves.
    others = ["-p", "no:jaxtyping", "-p", "no:hypothesispytest"]
    pytester.runpytest_subprocess(*others).assert_outcomes(passed=1)


def test_the_plugin_can_be_left_out(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(): ...")
    pytester.runpytest_inprocess("-p", "no:typed_rope").assert_outcomes(passed=1)


def test_workers_hand_their_calls_over(project: pytest.Pytester) -> None:
    pytest.importorskip("xdist", reason="pytest-xdist is not installed", exc_type=ImportError)
    alone = project.runpytest_inprocess("--shape-coverage=library")
    spread = project.runpytest_inprocess("--shape-coverage=library", "-n2")
    assert _section(spread, "shape coverage") == _section(alone, "shape coverage")


def test_doctests_of_an_unedited_package_run_with_its_checks(pytester: pytest.Pytester) -> None:
    pytester.mkpydir("documented")
    text = """
        import torch
        from jaxtyping import Float
        from torch import Tensor

        def double(x: Float[Tensor, "b t"]) -> Float[Tensor, "b t"]:
            '''Double.

            >>> double(torch.zeros(2, 3)).shape
            torch.Size([2, 3])
            >>> double(torch.zeros(3)).shape
            torch.Size([3])
            '''
            return x * 2
    """
    pytester.makepyfile(**{"documented/ops": text})
    pytester.syspathinsert()
    plain = pytester.runpytest_inprocess("--doctest-modules", "documented")
    plain.assert_outcomes(passed=1)
    checked = pytester.runpytest_inprocess(
        "--doctest-modules", "documented", "--typed-rope", "documented"
    )
    checked.assert_outcomes(failed=1)
    checked.stdout.fnmatch_lines(['*ShapeError: double: x has 1 axis, where "b t" has 2.'])
