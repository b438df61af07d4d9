"""Pieces of an expression are put together, and whole axes left alone."""

import pytest

from typed_rope.shapes.spacing import joined


@pytest.mark.parametrize(
    ("text", "piece", "whole"),
    [
        ("b t + 1 d", "+", "t+1"),
        ("b t +1 d", "+1", "t+1"),
        ("b t -1 d", "-1", "t-1"),
        ("b t+ 1 d", "t+", "t+1"),
        ("b c t+ 1 d", "1", "t+1"),
        ("b h * d", "*", "h*d"),
        ("b h ** 2", "**", "h**2"),
        ("b h / 2 d", "/", "h/2"),
        ("b h / 2 + 1 d", "/", "h/2+1"),
        ("b h / 2 + 1 d", "1", "h/2+1"),
        ("b min(t, w) d", "min(t,", "min(t,w)"),
        ("b min(t , w) d", "w)", "min(t,w)"),
        ("b (h d) t", "(h", "(h*d)"),
        ("b (h d) t", "d)", "(h*d)"),
        ("b (g h d) t", "(g", "(g*h*d)"),
        ("b (h d ) t", "(h", "(h*d)"),
        ("b {self. heads} t", "{self.", "{self.heads}"),
    ],
)
def test_pieces_are_joined_to_the_axis_that_was_meant(text: str, piece: str, whole: str) -> None:
    assert joined(text, text.index(piece)) == whole


@pytest.mark.parametrize(
    ("text", "place"),
    [("b h t d", 2), ("b *rest d", 2), ("b #t d", 2), ("b 2d d", 2), ("+", 0), ("b (t", 2)],
)
def test_an_axis_that_asks_for_nothing_is_not_joined(text: str, place: int) -> None:
    assert joined(text, place) is None
