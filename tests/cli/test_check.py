import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from typed_rope.cli import check as command
from typed_rope.cli import main

Check = Callable[..., tuple[int, str, str]]

SAID = """\
wrong.py:9: error: rotate: x is "b t h d" for "b h t d": h and t are exchanged  [layout]
wrong.py:9: note: Write: rotate(q.transpose(1, 2), cos)
"""
OF_MYPY = """\
wrong.py:10: error: Incompatible return value type (got "str", expected "int")  [return-value]
"""


def test_an_error_in_a_layout_is_printed_and_what_mypy_finds_is_not(check: Check) -> None:
    assert check("wrong.py") == (
        1, f"{SAID}Found 1 shape or layout error in 1 file (checked 1 source file)\n", ""
    )  # fmt: skip


def test_all_prints_what_mypy_finds_too(check: Check) -> None:
    assert check("--all", "wrong.py") == (
        1, f"{SAID}{OF_MYPY}Found 2 errors in 1 file (checked 1 source file)\n", ""
    )  # fmt: skip


def test_errors_of_mypy_alone_are_no_failure(check: Check) -> None:
    assert check("right.py") == (
        0, "Found no shape or layout error (checked 1 source file)\n", ""
    )  # fmt: skip
    assert check("--all", "right.py")[0] == 1


def test_a_folder_is_checked_with_all_that_is_in_it(check: Check) -> None:
    assert check(".") == (
        1, f"{SAID}Found 1 shape or layout error in 1 file (checked 2 source files)\n", ""
    )  # fmt: skip


def test_functions_without_annotations_are_looked_into(check: Check, project: Path) -> None:
    source = (project / "wrong.py").read_text()
    (project / "bare.py").write_text(
        f"{source}\ndef bare(q):\n    x: Float[Tensor, 'b t h d'] = q\n    rotate(x, q)\n"
    )
    status, printed, _ = check("bare.py")
    assert "bare.py:14: error: rotate: x is" in printed
    assert status == 1


def test_a_revealed_shape_is_printed_and_is_no_error(check: Check, project: Path) -> None:
    (project / "revealed.py").write_text(
        "from jaxtyping import Float\n"
        "from torch import Tensor\n"
        "from typed_rope import reveal_shape\n"
        "def f(x: Float[Tensor, 'b t']) -> None:\n"
        "    reveal_shape(x)\n"
        "    reveal_type(3)\n"
    )
    assert check("revealed.py", "--", "--no-error-summary") == (
        0, 'revealed.py:5: note: Revealed shape is "b t"\n', ""
    )  # fmt: skip


def test_what_stands_behind_two_dashes_is_mypys(check: Check) -> None:
    status, printed, _ = check("wrong.py", "--", "--disable-error-code", "layout")
    assert (status, printed.startswith("Found no")) == (0, True)


def test_a_finding_is_ignored_as_mypys_own_are(check: Check, project: Path) -> None:
    source = (project / "wrong.py").read_text()
    line = "    rotate(q, cos)"
    (project / "quiet.py").write_text(source.replace(line, f"{line}  # type: ignore[layout]"))
    assert check("quiet.py")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.py"], "none.py: error: Cannot read file: No such file or directory\n"),
        (["broken.py", "right.py"], "broken.py:2: error: Unexpected EOF"),
        (["right.py", "--config-file", "none.ini"], "mypy: error: Cannot find config file"),
        (["right.py", "--python-executable", "none"], "mypy: Invalid python executable 'none'"),
        (["right.py", "--", "--frobnicate"], "mypy: error: unrecognized arguments"),
        ([], "mypy: error: Missing target module, package, files, or command."),
        (["--watch", "none.py", "--", "--frobnicate"], "mypy: error: unrecognized arguments"),
        (["--watch", "--output", "sarif", "right.py"], "typed-rope check: --watch has no end"),
    ],
)
def test_what_cannot_be_checked_is_said_in_mypys_words(
    arguments: list[str], said: str, check: Check, project: Path
) -> None:
    (project / "broken.py").write_text("x = (\n")
    status, printed, told = check(*arguments)
    assert (status, printed) == (2, "")
    assert said in told


def test_a_document_is_whole_where_mypy_was_kept_from_checking(check: Check, project: Path) -> None:
    (project / "broken.py").write_text("x = (\n")
    status, printed, _ = check("--output", "sarif", "broken.py")
    assert (status, json.loads(printed)["runs"][0]["results"]) == (2, [])


def test_a_torch_that_is_not_there_is_told(check: Check, project: Path, tmp_path: Path) -> None:
    status, printed, said = check("right.py", "--", "--no-site-packages")
    assert (status, said) == (0, "")
    status, printed, said = _without_stubs(check)
    assert status == 0
    assert printed == "Found no shape or layout error (checked 1 source file)\n"
    assert said == "".join(
        f"typed-rope check: {name} was not found, so nothing is known of its types; "
        "--python-executable names the Python that has it.\n"
        for name in ("jaxtyping", "torch")
    )


def _without_stubs(check: Check) -> tuple[int, str, str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MYPYPATH")
        return check("right.py", "--", "--no-site-packages")


def test_without_mypy_it_names_the_extra(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    assert check("right.py") == (
        2,
        "",
        "typed-rope check: mypy is not installed here. "
        "Write: python -m pip install 'typed-rope[mypy]'\n",
    )


@pytest.mark.parametrize("code", ["shape", "layout"])
def test_a_code_is_explained(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--explain", code]) == 0
    assert capsys.readouterr().out.startswith(f"[{code}] Axes of tensors ")


def test_an_unknown_code_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--explain", "shapes"]) == 2
    assert capsys.readouterr() == (
        "",
        "typed-rope check: no page explains 'shapes'; there is one for each of: shape, layout\n",
    )


def test_its_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["check", "--help"])
    assert end.value.code == 0
    printed = capsys.readouterr().out
    for option in ("--all", "--output", "--watch", "--explain", "--config-file", "--cache-dir"):
        assert option in printed
    assert "1 errors found, 2 could not check" in printed


def test_it_never_loads_torch(project: Path, cache: Path) -> None:
    code = (
        "import sys\n"
        "from typed_rope.cli import main\n"
        f"status = main(['check', '--cache-dir', {str(cache)!r}, 'wrong.py'])\n"
        "print(status, {'torch', 'jaxtyping', 'beartype', 'numpy'} & set(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "1 set()"


def test_a_reader_who_leaves_is_no_error(project: Path, cache: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "typed_rope", "check", "--cache-dir", str(cache), "wrong.py"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        _, said = process.communicate()
    assert (process.returncode, said) == (0, b"")


@pytest.mark.parametrize(("no_color", "red"), [("", True), ("1", False)])
def test_a_terminal_gets_colour_and_progress(
    no_color: str, red: bool, project: Path, cache: Path
) -> None:
    reader, writer = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "typed_rope", "check", "--cache-dir", str(cache), "wrong.py"],
        env={**os.environ, "TERM": "xterm", "NO_COLOR": no_color},
        stdout=writer,
        stderr=writer,
    ) as process:
        os.close(writer)
        shown = _all_of(reader)
    assert process.returncode == 1
    assert shown.startswith("checking")
    assert ("\033[31merror:\033[0m" in shown) is red


def _all_of(reader: int) -> str:
    shown = b""
    try:
        while piece := os.read(reader, 4096):
            shown += piece
    except OSError:  # Linux says so when the other side has closed
        pass
    os.close(reader)
    return shown.decode()
