"""The document holds what SARIF 2.1.0 demands of one, section by section."""

import dataclasses
from pathlib import Path

from typed_rope.cli.checking.finding import Finding
from typed_rope.cli.checking.sarif import document

FINDING = Finding(
    path="src/a model.py",
    line=7,
    column=12,
    end_line=9,
    end_column=31,
    severity="error",
    code="layout",
    message="f: exchanged",
    notes=("Write: f(x)",),
)


def test_it_is_one_run_of_one_tool() -> None:
    whole = document([])
    assert whole["version"] == "2.1.0"  # 3.13.2
    assert whole["$schema"].endswith("sarif-2.1.0.json")
    (run,) = whole["runs"]
    assert run["tool"]["driver"]["name"] == "typed-rope"  # 3.19.8
    assert run["results"] == []  # 3.14.23: empty, not missing, where nothing was found
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["shape", "layout"]


def test_a_result_names_its_rule_and_place() -> None:
    (run,) = document([FINDING])["runs"]
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "layout"
    assert result["level"] == "error"
    assert result["message"] == {"text": "f: exchanged\nWrite: f(x)"}
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "src/a%20model.py"},
        "region": {"startLine": 7, "startColumn": 12, "endLine": 9, "endColumn": 31},
    }


def test_mypys_own_codes_become_rules() -> None:
    own = dataclasses.replace(FINDING, code="arg-type")
    bare = dataclasses.replace(FINDING, code=None, severity="note", path=str(Path("/a/b.py")))
    (run,) = document([own, FINDING, bare])["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == ["shape", "layout", "arg-type", "misc"]
    assert [result["ruleIndex"] for result in run["results"]] == [2, 1, 3]
    last = run["results"][-1]
    assert last["level"] == "note"
    assert last["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "file:///a/b.py"
