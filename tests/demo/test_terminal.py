from textwrap import dedent, indent

import pytest

from typed_rope.demo import wording
from typed_rope.demo.answer import Answer
from typed_rope.demo.comparison import Verdict
from typed_rope.demo.cost import Checks
from typed_rope.demo.parts import Comparison, Model
from typed_rope.demo.progress import Progress
from typed_rope.demo.style import Style
from typed_rope.demo.terminal import Terminal

ANSWER = Answer(
    prompt="why?",
    text="because",
    prompt_tokens=7,
    new_tokens=11,
    read_seconds=0.5,
    write_seconds=2.0,
    tokens_per_second=5.0,
)
CHECKS = Checks(
    calls=12_345,
    calls_per_token=987,
    microseconds_per_call=2.0,
    seconds=0.025,
    by_function={"f": 12_345},
)


def _verdict(name: str, refusal: str | None, laws: tuple[str, ...], difference: float) -> Verdict:
    return Verdict(
        name=name,  # type: ignore[arg-type]  # one of the four
        nll=3.25,
        logit_difference=difference,
        refusal=refusal,
        broken_laws=laws,  # type: ignore[arg-type]  # names of laws
        within_tolerance=difference < 3e-4,
        found_by=(),
    )


def _margin(text: str) -> str:
    return indent(dedent(text), wording.MARGIN)


@pytest.fixture
def terminal() -> Terminal:
    return Terminal(Progress(), started=0.0)


def test_an_answer_is_written_piece_by_piece_behind_its_margin(
    terminal: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    for piece in ("one", " two", "\n", "three"):
        terminal.text(piece)
    margin = " " * 12
    assert capsys.readouterr().out == f"   Answer   one two\n{margin}three"


def test_a_line_of_an_answer_ends_before_the_word_that_is_too_long_for_it(
    terminal: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    for word in ["first", *[" other"] * 40]:
        terminal.text(word)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert max(map(len, lines)) <= wording.WIDTH
    assert " ".join(" ".join(lines).split()[1:]) == "first" + " other" * 40


def test_an_answer_without_text_is_said_to_be_nothing(
    terminal: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal.show(ANSWER)
    assert capsys.readouterr().out.startswith("   Answer   (nothing)\n")


def test_a_second_answer_begins_like_the_first(
    terminal: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        terminal.text("because")
        terminal.show(ANSWER)
    assert capsys.readouterr().out.count("   Answer   because\n") == 2


def test_the_speed_of_an_answer() -> None:
    assert wording.answer(ANSWER) == (
        "\n   7 tokens read in 0.5 s, 11 written at 5.0 tokens a second.\n"
    )


def test_the_checks_are_told_as_a_share_of_the_answer() -> None:
    assert wording.checks(CHECKS, ANSWER) == _margin(
        """\
        Every call of this library's functions was checked: 12,345 calls, 987 a
        token. A check cost 2.0 µs, all of them 0.03 s: 1.0% of the answer's time.
        (Measured on as many layers with few channels, in turns with a process in
        which the checks are switched off.)
        """
    )


def test_a_missing_model_is_told_with_the_commands_that_install_it() -> None:
    part = Model(
        name="a small one",
        path=None,
        trained=False,
        layers=5,
        weights=6789,
        threads=2,
        load_seconds=0.0,
        missing=("python -m pip install this", "python -m pip install that"),
    )
    assert wording.model(part, Style(False)).split("\n", 1)[1] == (
        "\n"
        "   Left out: what it needs is not installed. This installs it:\n\n"
        "     python -m pip install this && python -m pip install that\n\n"
        "   Part 4 runs on a small one instead: 5 layers, 6,789 weights.\n"
    )


def test_each_fault_is_followed_by_the_first_check_that_finds_it() -> None:
    part = Comparison(
        tokens=13,
        tolerance=3e-4,
        verdicts=(
            _verdict("none", None, (), 2e-5),
            _verdict("layout", "f: refused.\n> x: why", ("own",), 7.0),
            _verdict("keys", None, ("order", "shift"), 8.0),
            _verdict("pairing", None, (), 9.0),
        ),
        absent={"groups": "there are none"},
    )
    text = wording.comparison(part, Style(False), trained=True)
    table, findings = text.split("\n   fault ")[1], text.split("is rounding\n\n")[1]
    assert table.split("\n\n")[0].splitlines() == [
        "    loss   shapes     laws                   formula",
        "   none      3.25   accepted   hold                   agrees, 2e-05",
        "   layout    3.25   REFUSED    BROKEN: own            DIFFERS, 7",
        "   keys      3.25   accepted   BROKEN: order, shift   DIFFERS, 8",
        "   pairing   3.25   accepted   hold                   DIFFERS, 9",
    ]
    assert findings == _margin(
        """\
        layout    queries and keys are turned with their tokens before their heads
                  Found by its shapes, before anything is computed:
                  f: refused.

        keys      keys are turned to one position behind that of their queries
                  The shapes fit. Found by a law that holds whatever the weights:
                  where two earlier tokens change places, the last one sees something
                  else; where all positions grow by 1000, nothing changes.

        pairing   channels are paired in the other of the two ways in use
                  The shapes fit and the laws hold: a model could be built like this.
                  Found only by another implementation on the same weights: here the
                  formulas, in the tests a peer.

        groups    left out: there are none
        """
    )
