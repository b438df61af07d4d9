"""`typed-rope run` runs a program as python does, and checks it."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

HEAD = """
    import sys, torch
    from jaxtyping import Float
    from torch import Tensor
"""
SHOWS = "import sys\nprint(sys.argv[1:], __name__, __file__, sys.path[0], sys.stdin.read())\n"


def _python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, input="given", capture_output=True, text=True
    )


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return _python(folder, "-m", "typed_rope", "run", *arguments)


def _write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(dedent(text))


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        (SHOWS, ["script.py", "--package", "-x", "--", "y"]),
        (SHOWS, ["-m", "script", "-m", "z"]),
        ("raise SystemExit(7)\n", ["script.py"]),
        ("raise SystemExit('why')\n", ["script.py"]),
        ("def f():\n    open('none')\n\nf()\n", ["script.py"]),
        ("x = (\n", ["script.py"]),
    ],
    ids=["script", "module", "status", "message", "error", "syntax"],
)
def test_a_program_meets_what_it_meets_under_python(
    text: str, arguments: list[str], tmp_path: Path
) -> None:
    _write(tmp_path, "script.py", text)
    ours, theirs = _run(tmp_path, *arguments), _python(tmp_path, *arguments)
    assert ours.stdout == theirs.stdout
    assert ours.stderr.splitlines()[-1:] == theirs.stderr.splitlines()[-1:]
    assert ours.returncode == theirs.returncode
    assert "typed_rope" not in ours.stderr


def test_an_interrupted_program_ends_with_the_status_of_an_interrupt(tmp_path: Path) -> None:
    _write(tmp_path, "script.py", "raise KeyboardInterrupt\n")
    assert _run(tmp_path, "script.py").returncode == 130


def test_a_script_is_checked_with_what_lies_beside_it(tmp_path: Path) -> None:
    _write(tmp_path, "beside/__init__.py", "")
    _write(tmp_path, "beside/inner.py", HEAD + '    def g(x: Float[Tensor, "b t"]): ...\n')
    text = """
    def f(x: Float[Tensor, "b t"]): ...
    def later():
        from beside.inner import g
        return g
    for refusing in (f, later()):
        try:
            refusing(torch.zeros(5))
        except TypeError as error:
            print(str(error).splitlines()[0])
    """
    _write(tmp_path, "script.py", HEAD + text)
    run = _run(tmp_path, "--report", "script.py")
    assert run.stdout.splitlines() == [
        'f: x has 1 axis, where "b t" has 2.',
        'g: x has 1 axis, where "b t" has 2.',
    ]
    assert run.stderr == "typed-rope: checked 2 definitions in 2 modules\n"


def test_the_traceback_of_a_refusal_shows_the_program_alone(tmp_path: Path) -> None:
    text = 'def f(x: Float[Tensor, "b t"]): ...\nf(torch.zeros(5))\n'
    _write(tmp_path, "script.py", dedent(HEAD) + text)
    lines = _run(tmp_path, "script.py").stderr.splitlines()
    assert lines[:5] == [
        "Traceback (most recent call last):",
        f'  File "{tmp_path}/script.py", line 6, in <module>',
        "    f(torch.zeros(5))",
        f'  File "{tmp_path}/script.py", line 5, in f',
        '    def f(x: Float[Tensor, "b t"]): ...',
    ]


def test_an_ambiguous_call_warns_where_asked_for(tmp_path: Path) -> None:
    text = 'def f(x: Float[Tensor, "b t"]): ...\nf(torch.zeros(5, 5))\n'
    _write(tmp_path, "script.py", dedent(HEAD) + text)
    assert _run(tmp_path, "script.py").stderr == ""
    said = _run(tmp_path, "--ambiguity", "script.py").stderr
    assert said.startswith(
        f"{tmp_path}/script.py:6: AmbiguousShapeWarning: f: b and t of x both had size 5"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name a script to run, or a module after -m."),
        (["none.py"], "none.py: No such file or directory"),
        (
            ["--package", "nowhere", "script.py"],
            "there is no package 'nowhere' that could be checked.",
        ),
        (["-m", "nowhere"], "there is no package 'nowhere' that could be checked."),
    ],
    ids=["nothing", "no script", "no package", "no module"],
)
def test_what_cannot_be_run_is_said_in_one_line(
    arguments: list[str], said: str, tmp_path: Path
) -> None:
    _write(tmp_path, "script.py", "")
    run = _run(tmp_path, *arguments)
    assert (run.returncode, run.stderr) == (1, f"typed-rope run: {said}\n")
