import json

import pytest

from typed_rope.cli.checking.finding import Finding, read
from typed_rope.cli.checking.forms import FORMS
from typed_rope.demo.style import Style

PLAIN = Style(colours=False)
FINDING = Finding(
    path="src/a model,1.py",
    line=7,
    column=12,
    end_line=9,
    end_column=31,
    severity="error",
    code="layout",
    message='f: 100% of "b t"',
    notes=("Write: f(x)", "and more"),
)
NOTE = Finding(
    path="/abs/note.py",
    line=3,
    column=5,
    end_line=3,
    end_column=5,
    severity="note",
    code=None,
    message='Revealed shape is "b t"',
)


def _printed(form: str) -> str:
    return "\n".join(FORMS[form]([FINDING, NOTE], PLAIN))


def test_text_has_a_line_for_each_note() -> None:
    assert _printed("text").splitlines() == [
        'src/a model,1.py:7: error: f: 100% of "b t"  [layout]',
        "src/a model,1.py:7: note: Write: f(x)",
        "src/a model,1.py:7: note: and more",
        '/abs/note.py:3: note: Revealed shape is "b t"',
    ]


def test_json_has_the_fields_of_mypys_own() -> None:
    first, second = _printed("json").splitlines()
    assert json.loads(first) == {
        "file": "src/a model,1.py",
        "line": 7,
        "column": 11,
        "end_line": 9,
        "end_column": 30,
        "message": 'f: 100% of "b t"',
        "hint": "Write: f(x)\nand more",
        "code": "layout",
        "severity": "error",
    }
    assert json.loads(second)["hint"] is None


def test_what_is_printed_as_json_is_read_again() -> None:
    assert read(_printed("json").splitlines()) == ([FINDING, NOTE], [])


@pytest.mark.parametrize("line", ["mypy: error: no", "[]", "3", '{"file": "a.py"}'])
def test_a_line_that_is_no_finding_is_kept_apart(line: str) -> None:
    assert read([line]) == ([], [line])


def test_a_finding_without_its_end_has_one() -> None:
    fields = json.loads(_printed("json").splitlines()[0])
    del fields["end_line"], fields["end_column"]
    ((finding,), _) = read([json.dumps(fields)])
    assert (finding.end_line, finding.end_column) == (7, 12)


def test_github_reads_an_annotation_with_everything_escaped() -> None:
    assert _printed("github").splitlines() == [
        "::error file=src/a model%2C1.py,line=7,col=12,endLine=9,title=typed-rope [layout]"
        '::f: 100%25 of "b t"%0AWrite: f(x)%0Aand more',
        "::notice file=/abs/note.py,line=3,col=5,endLine=3,title=typed-rope"
        '::Revealed shape is "b t"',
    ]
