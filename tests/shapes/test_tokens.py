"""An expression is split into words, each with its place in the whole text."""

import pytest

from typed_rope.shapes.tokens import Token, tokenize


def test_words_have_a_kind_and_a_place_in_the_whole_text() -> None:
    text = "b x=min(t,2)**{self.n} d"
    assert tokenize(text, 4, 22) == [
        Token("name", "min", (4, 7)),
        Token("open", "(", (7, 8)),
        Token("name", "t", (8, 9)),
        Token("comma", ",", (9, 10)),
        Token("number", "2", (10, 11)),
        Token("close", ")", (11, 12)),
        Token("operator", "**", (12, 14)),
        Token("field", "{self.n}", (14, 22)),
    ]


@pytest.mark.parametrize("number", "0 12 1_000 0xFf 0o17 0b101 1.5 .5 2. 1e5 2.5e-3 1E+2".split())
def test_numbers_are_one_word(number: str) -> None:
    assert tokenize(number, 0, len(number)) == [Token("number", number, (0, len(number)))]


@pytest.mark.parametrize("operator", "+ - * / // % ** << >> & | ^ == != < > <= >=".split())
def test_operators_are_one_word(operator: str) -> None:
    words = tokenize(f"t{operator}d", 0, 2 + len(operator))
    assert [(word.kind, word.text) for word in words] == [
        ("name", "t"),
        ("operator", operator),
        ("name", "d"),
    ]


@pytest.mark.parametrize("text", ["-t", "t--d", "t*-d", "(-t)", "~t", "min(-t,+d)", "t**-1"])
def test_signs_need_nothing_in_front(text: str) -> None:
    assert "".join(word.text for word in tokenize(text, 0, len(text))) == text


@pytest.mark.parametrize("text", ["min()", "max([t,d,])", "sum((t,d))", "ünö+1"])
def test_calls_lists_and_names_of_any_script_are_read(text: str) -> None:
    assert "".join(word.text for word in tokenize(text, 0, len(text))) == text
