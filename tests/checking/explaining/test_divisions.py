"""Which divisions of an axis leave a rest."""

import pytest

from typed_rope.checking.explaining.divisions import uneven_divisions
from typed_rope.shapes import Sized, parse

BOUND = {"d": 15, "c": 16, "h": 4}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("d/2", [("d/2", ("d",))]),
        ("c/2", []),
        ("d/c*c", [("d/c", ("c", "d"))]),
        ("(d/4)*(c/4)", [("d/4", ("d",))]),
        ("c/2/h+1", []),
        ("d*2/10", []),
        ("d//2", []),
        ("c/(h-4)", []),
        ("c/n", []),
    ],
)
def test_only_what_is_no_whole_number_is_found(
    text: str, found: list[tuple[str, tuple[str, ...]]]
) -> None:
    (axis,) = parse(text).axes
    assert isinstance(axis, Sized)
    assert list(uneven_divisions(axis.expression, BOUND)) == found
