"""The generated check of a local: what it takes and binds is what the reference semantics say."""

from collections.abc import Callable
from itertools import product
from textwrap import dedent
from typing import Any

import numpy as np
import pytest
import torch
from jaxtyping import Float, Int
from torch import Tensor

from typed_rope.checking.locals.guard import local_form, local_guard, readers
from typed_rope.shapes import Bindings, ShapeSyntaxError, match, parse

SIZES = (1, 2, 4)
TEXTS = [
    "a b", "a a", "b a", "a a/2", "a a+1", "#a b", "#a a", "_ a", "... a", "a ...", "4 #2",
    "*m a", "a *m", "a *m b", "*#m a", "b a b-1", "a #a*2", "",
]  # fmt: skip
Sizes = dict[str, Any]
KNOWN: list[Sizes] = [
    {},
    {"a": 2},
    {"a": 2, "b": 4},
    {"b": 2, "other": 7},
    {"*m": (False, (2,))},
    {"*m": (True, (1, 2)), "a": 4},
    {"a": 1, "b": 1, "*m": (False, ())},
]


def bindings(sizes: Sizes) -> Bindings:
    singles = {name: size for name, size in sizes.items() if name[0] != "*"}
    return Bindings(singles, {n[1:]: pair for n, pair in sizes.items() if n[0] == "*"})


def expected(text: str, sizes: tuple[int, ...], known: Sizes) -> Sizes | None:
    """Ask the reference semantics for what a tensor binds that is new, or may have grown."""
    outcome = match(parse(text), sizes, bindings(known))
    if not isinstance(outcome, Bindings):
        return None
    new: Sizes = {n: size for n, size in outcome.singles.items() if n not in known}
    many = parse(text).variadic_name
    return new | ({} if many is None else {f"*{many}": outcome.variadics[many]})


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("known", KNOWN, ids=str)
def test_a_local_is_taken_and_binds_as_the_reference_says(text: str, known: Sizes) -> None:
    guard = local_guard(text, tuple(known))
    for rank in range(4):
        for sizes in product(SIZES, repeat=rank):
            new = guard(torch.zeros(sizes), known, {})
            bound = None if new is None else {n: s for n, s in new.items() if s is not None}
            assert bound == expected(text, sizes, known), sizes


@pytest.mark.parametrize(
    ("text", "known", "fits"),
    [
        ("a+1", ("a",), lambda x: x == 3),
        ("#a+1", ("a",), lambda x: x in (1, 3)),
        ("a*b a", ("b",), lambda x, a: x == 4 * a),
        ("a/2 a", (), lambda x, a: 2 * x == a),
        ("a b/a", ("a", "b"), lambda a, x: (a, x) == (2, 2)),
    ],
)
def test_an_expression_reads_what_is_known_and_what_stands_in_the_same_local(
    text: str, known: tuple[str, ...], fits: Callable[..., bool]
) -> None:
    sizes = {"a": 2, "b": 4}
    guard = local_guard(text, known)
    for given in product((1, 2, 3, 4, 8), repeat=len(text.split())):
        assert (guard(torch.zeros(given), sizes, {}) is not None) == fits(*given), given


def test_an_expression_over_a_name_that_nothing_has_is_refused_as_written() -> None:
    with pytest.raises(ShapeSyntaxError) as error:
        local_guard("a b c-x", ("a",))
    assert str(error.value) == dedent(
        """\
        cannot read the axes "a b c-x": no argument of this call and no local checked before has \
an axis c
            a b c-x
                ^
        Check a local with an axis c first, or write {...} for a number."""
    )


def test_braces_are_read_once_by_the_names_in_them() -> None:
    found = readers("a {n+m} {n+m}*2 {config.heads}")
    assert [(reader.text, reader.names) for reader in found] == [
        ("n+m", ("n", "m")),
        ("config.heads", ("config",)),
    ]
    assert found[0].read(3, 4) == 7
    assert readers("a b/2") == ()
    guard = local_guard("a {n}*2", ("a",))
    assert guard(torch.zeros(2, 6), {"a": 2}, {"n": 3}) is not None
    assert guard(torch.zeros(2, 6), {"a": 2}, {"n": 2}) is None


def test_an_annotation_asks_for_a_dtype_and_a_text_for_none() -> None:
    ints, floats = torch.zeros(2, dtype=torch.int64), torch.zeros(2)
    for axes, taken in ((" a", (True, True)), (Int[Tensor, " a"], (True, False))):
        guard = local_guard(axes, ())
        assert tuple(guard(x, {}, {}) is not None for x in (ints, floats)) == taken
    assert local_guard("a", ())(np.zeros(2), {}, {}) is None
    assert local_guard("a", ())(None, {}, {}) is None
    assert local_form("a b").family == "Shaped"


@pytest.mark.parametrize(
    ("axes", "told"),
    [
        (3, "a value of type int"),
        (None, "a value of type NoneType"),
        (list[int], "list[int]"),
        (int, "int"),
        (Float[np.ndarray, "a b"], "Float[ndarray, 'a b']"),
        (Float[Tensor, " a"] | None, "jaxtyping.Float[Tensor, 'a'] | None"),
    ],
)
def test_what_are_no_axes_is_told_with_what_to_write(axes: Any, told: str) -> None:
    with pytest.raises(TypeError) as error:
        local_form(axes)
    assert str(error.value) == (
        f"check_shape: {told} is neither a text of axes nor the annotation of one torch tensor. "
        'Write check_shape(x, "b t d") or check_shape(x, Float[Tensor, "b t d"]).'
    )
