import os
import pty
import signal
import subprocess
import sys
from argparse import Namespace
from importlib.metadata import version
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Final

import pytest

from typed_rope.cli import main, program
from typed_rope.cli.command import Command
from typed_rope.demo import run
from typed_rope.rope import rotate_halves

# The demonstration as it is where no model is installed, in a process of its own.
WITHOUT_MODEL: Final = """
import sys
import typed_rope.demo.run as run
run.missing_installs = lambda: ("python -m pip install something",)
from typed_rope.cli import main
sys.exit(main(sys.argv[1:]))
"""
ONE_THREAD: Final = {**os.environ, "OMP_NUM_THREADS": "1"}


def _fails(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(arguments) == 1
    printed, said = capsys.readouterr()
    assert printed == ""
    return said


def _refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    return capsys.readouterr().err.splitlines()[-1]


def _raising(error: BaseException) -> Command:
    def fail(arguments: Namespace) -> int:
        raise error

    return Command(name="fail", summary="", description="", declare=lambda parser: None, run=fail)


def test_no_arguments_print_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    bare = capsys.readouterr().out
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    assert capsys.readouterr().out == bare
    assert "demo" in bare


def test_a_command_has_its_own_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["demo", "--help"])
    assert end.value.code == 0
    printed = capsys.readouterr().out
    for option in ("--model", "--prompt", "--max-new-tokens", "--json"):
        assert option in printed


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"typed-rope {version('typed-rope')}\n"


@pytest.mark.parametrize(
    ("arguments", "last_line"),
    [
        (
            ["demo", "--max-new-tokens", "0"],
            "typed-rope demo: error: argument --max-new-tokens: it must be a whole number of at "
            "least 1, got '0'",
        ),
        (
            ["demo", "--max-new-tokens", "many"],
            "typed-rope demo: error: argument --max-new-tokens: it must be a whole number of at "
            "least 1, got 'many'",
        ),
        (
            ["demo", "--prompt", " "],
            "typed-rope demo: error: argument --prompt: it must not be empty",
        ),
        (
            ["demo", "--model", ""],
            "typed-rope demo: error: argument --model: it must not be empty",
        ),
        (["demo", "--js"], "typed-rope: error: unrecognized arguments: --js"),
    ],
)
def test_wrong_arguments_are_refused(
    arguments: list[str], last_line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _refused(arguments, capsys) == last_line


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert "'dmeo'" in _refused(["dmeo"], capsys)


def test_a_model_that_is_not_there_fails_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "none.gguf"
    said = _fails(["demo", "--model", str(path)], capsys)
    assert said == f"typed-rope demo: {path}: No such file or directory\n"


def test_a_file_that_is_no_model_fails_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("gguf")
    path = tmp_path / "text.gguf"
    path.write_text("once upon a time")
    assert main(["demo", "--model", str(path)]) == 1
    said = capsys.readouterr().err
    assert said == (
        f"typed-rope demo: load_gguf: {path} is no GGUF file: it begins with b'once'.\n"
    )


def test_an_interrupted_command_ends_in_silence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program, "COMMANDS", (_raising(KeyboardInterrupt()),))
    assert main(["fail"]) == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    "error", [ValueError("wrong."), ModuleNotFoundError("wrong."), OSError("wrong.")]
)
def test_what_a_command_cannot_do_is_said_in_one_line(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program, "COMMANDS", (_raising(error),))
    assert _fails(["fail"], capsys) == "typed-rope fail: wrong.\n"


def test_a_mistake_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "COMMANDS", (_raising(RuntimeError("ours")),))
    with pytest.raises(RuntimeError, match="ours"):
        main(["fail"])


@pytest.mark.parametrize("command", [["-m", "typed_rope"], ["-m", "typed_rope", "demo"]])
def test_help_comes_without_loading_torch(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *command, "--help"], capture_output=True, text=True
    )
    assert done.returncode == 0
    assert done.stdout.startswith("usage: typed-rope ")
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert {"torch", "jaxtyping", "beartype", "numpy"} & loaded == set()


def test_switched_off_checks_are_no_demonstration(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "rotate_halves", vars(rotate_halves)["__wrapped__"])
    assert _fails(["demo"], capsys) == (
        "typed-rope demo: this shows the checks, and JAXTYPING_DISABLE switches them off; "
        "unset it first.\n"
    )


def test_letters_that_a_stream_lacks_become_question_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = TextIOWrapper(BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(program, "COMMANDS", (_raising(ValueError("2 µs.")),))
    assert main(["fail"]) == 1
    stream.seek(0)
    assert stream.read() == "typed-rope fail: 2 ?s.\n"


def test_a_reader_who_leaves_is_no_error() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WITHOUT_MODEL, "demo"],
        env=ONE_THREAD,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stdout, process.stderr:
        assert process.stdout.readline().startswith(b"1. ")
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_a_terminal_gets_colours_and_progress() -> None:
    reader, writer = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", WITHOUT_MODEL, "demo"],
        env={**ONE_THREAD, "TERM": "xterm", "NO_COLOR": ""},
        stdout=writer,
        stderr=writer,
    )
    os.close(writer)
    shown = b""
    while True:
        try:
            piece = os.read(reader, 4096)
        except OSError:  # Linux says so when the other side has closed
            break
        if not piece:
            break
        shown += piece
    os.close(reader)
    assert process.wait() == 0
    text = shown.decode()
    assert text.startswith("loading torch …\r               \r")
    assert "\033[1m1. One mistake" in text
    assert "\033[31mShapeError: rotate_halves: " in text


def test_an_interrupt_ends_a_running_demonstration() -> None:
    slow = f"import time\n{WITHOUT_MODEL}".replace("lambda: (", "lambda: time.sleep(60) or (")
    process = subprocess.Popen(
        [sys.executable, "-c", slow, "demo"],
        env=ONE_THREAD,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert (process.returncode, said) == (130, b"")
