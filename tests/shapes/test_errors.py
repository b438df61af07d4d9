"""Errors point at the place, keep their parts, and survive pickling."""

import pickle

from typed_rope.shapes.errors import ShapeSyntaxError, UnboundNameError

POINTED = """\
cannot read the axes "b t x": the problem
    b t x
      ^
The hint."""


def test_a_syntax_error_shows_problem_text_carets_and_hint() -> None:
    assert str(ShapeSyntaxError.at("b t x", (2, 3), "the problem", "The hint.")) == POINTED


def test_without_a_hint_the_carets_come_last() -> None:
    error = ShapeSyntaxError.at("b t*x", (2, 5), "the problem")
    assert str(error) == 'cannot read the axes "b t*x": the problem\n    b t*x\n      ^^^'


def test_an_empty_place_has_one_caret() -> None:
    error = ShapeSyntaxError.at("bt", (2, 2), "the problem")
    assert str(error) == 'cannot read the axes "bt": the problem\n    bt\n      ^'


def test_tabs_and_line_breaks_do_not_shift_the_carets() -> None:
    error = ShapeSyntaxError.at("b\n\tt", (3, 4), "the problem")
    assert str(error) == 'cannot read the axes "b  t": the problem\n    b  t\n       ^'


def test_the_parts_of_a_syntax_error_are_attributes_and_survive_pickling() -> None:
    error = ShapeSyntaxError.at("b\tt", (2, 3), "the problem", "The hint.")
    for copy in (error, pickle.loads(pickle.dumps(error))):
        parts = (copy.text, copy.span, copy.problem, copy.hint)
        assert parts == ("b\tt", (2, 3), "the problem", "The hint.")
        assert str(copy) == str(error)


def test_a_wrong_text_is_a_wrong_value_and_an_unbound_name_a_wrong_name() -> None:
    assert issubclass(ShapeSyntaxError, ValueError)
    assert issubclass(UnboundNameError, NameError)
