"""The verdict of `match` is jaxtyping's, for every text that both can read."""

import pickle
import re
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from beartype import beartype
from hypothesis import assume, given
from hypothesis import strategies as st
from jaxtyping import AnnotationError, Shaped, jaxtyped

from typed_rope.shapes.axis import Shape
from typed_rope.shapes.errors import ShapeSyntaxError
from typed_rope.shapes.grammar import parse
from typed_rope.shapes.match import Bindings, Mismatch, match

Sizes = tuple[int, ...]


@dataclass(frozen=True)
class Duck:
    """All that jaxtyping looks at in a tensor."""

    shape: tuple[int, ...]
    dtype: str = "float32"


# Sizes that make most texts below fit, so that both verdicts are common.
FIELDS = {"n": 2, "spec": SimpleNamespace(n=2, sizes=(2, 3))}
ENV = {"a": 2, "b": 3, "c": 6, "min": 4, "id": 5}

MARKED = (
    "{0} {0} {0} {0} #{0} *b *b #*b *#b *{0} #*{0} _{0} ?{0} *_{0} _ *_ ... x={0} #x=#{0} x=_{0}"
)
PLAIN = "1 2 3 #3 r=3 1_0 #r=3 0x2 2.0"
# Python precedence, division, calls, booleans, and what evaluates but never to a size.
COMPUTED = """{0}+1 {0}-1 2*{0} {0}/2 {0}/3 {0}*{1} {0}/{1} {0}//2 {0}%3 {0}**2 -{0}+{1} {0}-{1}*2
    ({0}+1)*2-2 ({0}+{1})/(1-{0}) min({0},{1}) max({0},2) abs({0}-{1}) sum(({0},{1})) x={0}*{1}
    #{0}*2 #x={0}+{1} ({0}) ({0}>{1})*3 {0}&{1} {0}<<1 ~-{0} round({0}/{1}) int({0}) int({0}/2)
    {0}/({1}-{1}) {0}/(3-{1}) min({0}) len({0}) 5/2 6/2 divmod({0},2) 2**{0} .5*{0} {0}/1e0"""
GARBAGE = [*"ab13#*_?=+-/(){},. <~!'\"", "if", "lambda:", "{{", "...", "=="]

marked = st.sampled_from((f"{MARKED} " * 2 + f"{PLAIN} {COMPUTED}").split())
computed = st.sampled_from(f"{COMPUTED} {{0}} h={{0}} #{{0}}".split())
names = st.sampled_from("a a b b c c min id".split())


@st.composite
def axes(draw: st.DrawFn, texts: st.SearchStrategy[str], leaves: st.SearchStrategy[str]) -> str:
    text: str = draw(texts).format(draw(leaves), draw(leaves))
    if draw(st.integers(0, 15)):
        return text
    place = draw(st.integers(0, len(text)))
    rest = text[place + draw(st.integers(0, 2)) :]
    return f"{text[:place]}{draw(st.sampled_from(GARBAGE))}{rest}"


@st.composite
def tensors(
    draw: st.DrawFn,
    texts: st.SearchStrategy[str] = marked,
    leaves: st.SearchStrategy[str] = names,
) -> tuple[str, Sizes]:
    """Draw a text and sizes, which fit under ENV as far as a crude reading can tell."""
    words: list[str] = []
    sizes: list[int] = []
    for axis in draw(
        st.lists(axes(texts, leaves), min_size=draw(st.integers(0, 8)) > 0, max_size=4)
    ):
        gathers = axis == "..." or "*" in axis[:2]
        if gathers and any(word == "..." or "*" in word[:2] for word in words):
            continue
        words.append(axis)
        if gathers:
            sizes += draw(st.sampled_from([(2, 3), (2, 3), (1, 3), (3,), ()]))
        elif axis[0] == "#" and draw(st.booleans()):
            sizes.append(1)
        else:
            sizes.append(guess(re.sub(r"^([#*_?]|[a-z]+=(?!=))*", "", axis)))
    if sizes and not draw(st.integers(0, 7)):
        sizes[draw(st.integers(0, len(sizes) - 1))] = draw(st.integers(0, 3))
    return " ".join(words), tuple(sizes[draw(st.integers(0, 9)) == 9 :])


def guess(body: str) -> int:
    if is_slow(body):
        return 0
    try:
        size = eval(body.replace("{", "(").replace("}", ")"), ENV | FIELDS)
        return int(size) if size >= 0 else 2
    except Exception:
        return 2


def is_slow(text: str) -> bool:
    return bool(re.search(r"\*\*.*(\*\*|\d\d)", text))


# ------------------------------------------------------------------ the judge


def judge(text: str, duck: Duck) -> bool:
    """Ask jaxtyping; a text that it cannot evaluate here fits nothing."""
    try:
        annotation: Any = Shaped[Any, text]
        return isinstance(duck, annotation)
    except (AnnotationError, ArithmeticError, AttributeError, TypeError, ValueError):
        return False


def judge_call(text: str, arguments: dict[str, object]) -> bool:
    """Ask jaxtyped and beartype, with the text as the annotation of a function's parameter."""

    def call(n: object, spec: object, abc: object, x: object) -> None:
        pass

    call.__annotations__ = {"abc": Shaped[Any, "a b c"], "x": Shaped[Any, text]}
    try:
        jaxtyped(call, typechecker=beartype)(**arguments)
    except Exception:
        return False
    return True


@given(st.lists(tensors(), min_size=1, max_size=4), st.booleans())
def test_match_agrees_with_jaxtyping_on_the_tensors_of_a_call(
    call: list[tuple[str, Sizes]], bind_first: bool
) -> None:
    bindings = Bindings()
    if bind_first:
        call.insert(0, ("a b c", (2, 3, 6)))
    with jaxtyped("context"):
        for text, sizes in call:
            shape = read(text)
            if shape:
                outcome = match(shape, sizes, bindings)
                assert isinstance(outcome, Bindings) == judge(text, Duck(sizes)), (text, sizes)
                bindings = outcome if isinstance(outcome, Bindings) else bindings


variadics = st.sampled_from(["*b", "*b", "#*b", "*#b c", "a *b", "*c", "x=*b", "..."])
short = st.lists(st.sampled_from([1, 1, 2, 2, 3, 0]), max_size=4).map(tuple)


@given(st.lists(st.tuples(variadics, short), min_size=2, max_size=5))
def test_match_agrees_with_jaxtyping_on_variadic_axes(call: list[tuple[str, Sizes]]) -> None:
    bindings = Bindings()
    with jaxtyped("context"):
        for text, sizes in call:
            outcome = match(parse(text), sizes, bindings)
            assert isinstance(outcome, Bindings) == judge(text, Duck(sizes)), (text, sizes)
            bindings = outcome if isinstance(outcome, Bindings) else bindings


# Text is pasted into the expression, so that "-2**2" and a name of an axis come out of a field.
values = st.sampled_from(
    [-2, 0, 2, 2, 2, 2, 2, 2, 3, 2.0, 0.5, None, True, "a", "a+1", "w", "+", (2, 3)]
)
fields = st.sampled_from(["{n}", "{n}", "{spec.n}", "{len(spec.sizes)}", "{spec.sizes[0]}", "{m}"])


@given(tensors(computed, st.one_of(names, fields)), values)
def test_match_agrees_with_jaxtyped_functions_on_fields(
    tensor: tuple[str, Sizes], n: object
) -> None:
    text, sizes = tensor
    shape = read(text)
    assume(shape and not (isinstance(n, str) and "**" in text))
    arguments = {"n": n, "spec": FIELDS["spec"], "abc": Duck((2, 3, 6)), "x": Duck(sizes)}
    outcome = match(parse(text), sizes, Bindings({"a": 2, "b": 3, "c": 6}), arguments)
    assert isinstance(outcome, Bindings) == judge_call(text, arguments)


def read(text: str) -> Shape | None:
    assume(not is_slow(text))
    try:
        return parse(text)
    except ShapeSyntaxError:
        return None


# ------------------------------------------------------------------ what is bound, what is said


def test_a_match_binds_names_from_both_ends_and_the_variadic_between() -> None:
    assert match(parse("b *rest t d"), (3, 7, 2, 5, 8)) == Bindings(
        {"b": 3, "t": 5, "d": 8}, {"rest": (False, (7, 2))}
    )


def test_a_broadcast_axis_of_size_one_binds_nothing() -> None:
    assert match(parse("#b #h"), (1, 5)) == Bindings({"h": 5})


def test_labels_and_anonymous_axes_bind_nothing() -> None:
    assert match(parse("h=4 _t x=_ ..."), (4, 5, 6, 7)) == Bindings()


def test_a_label_in_front_of_a_name_documents_and_the_name_binds() -> None:
    assert match(parse("q=h"), (5,)) == Bindings({"h": 5})


def test_broadcast_variadics_grow_until_a_plain_one_fixes_them() -> None:
    grown = match(parse("#*b"), (3, 1), bound(variadics={"b": (True, (5,))}))
    assert grown == Bindings({}, {"b": (True, (3, 5))})
    assert isinstance(grown, Bindings)
    assert match(parse("*b"), (3, 5), grown) == Bindings({}, {"b": (False, (3, 5))})


def test_a_variadic_that_a_plain_one_fixed_grows_no_more() -> None:
    fixed = match(parse("#*b"), (1, 5), bound(variadics={"b": (False, (3, 5))}))
    assert fixed == Bindings({}, {"b": (False, (3, 5))})
    assert isinstance(fixed, Bindings)
    assert isinstance(match(parse("#*b"), (2, 3, 5), fixed), Mismatch)


def test_sizes_may_come_as_any_sequence() -> None:
    for sizes in ([3, 7, 5], (3, 7, 5), range(3, 8, 2)):
        found = match(parse("*b t"), sizes)
        assert found == Bindings({"t": sizes[-1]}, {"b": (False, tuple(sizes)[:2])})


def test_matching_leaves_the_bindings_before_it_alone() -> None:
    before = bound({"t": 5})
    match(parse("t d *b"), (5, 8, 2), before)
    assert before == Bindings({"t": 5})
    with pytest.raises(TypeError):
        before.singles["t"] = 6  # type: ignore[index]  # the point of this test


def test_pickled_bindings_are_equal() -> None:
    before = bound({"t": 5}, {"b": (True, (2, 3))})
    assert pickle.loads(pickle.dumps(before)) == before


def bound(
    singles: dict[str, int] | None = None, variadics: dict[str, tuple[bool, Sizes]] | None = None
) -> Bindings:
    return Bindings(singles or {}, variadics or {})


NO_ATTRIBUTE = "{n.x} cannot be evaluated: 'int' object has no attribute 'x'"
NOT_A_NUMBER = "{none} cannot be evaluated: {none} is None, which is no number"
MISMATCHES: list[tuple[str, Sizes, str, int | None, object, object, str]] = [
    ("b h t d", (2, 3, 5), "rank", None, 4, 3, '"b h t d" has 4 axes, not 3'),
    ("*b t d", (2,), "rank", None, 2, 1, '"*b t d" has at least 2 axes, not 1'),
    ("w t", (7, 6), "size", 1, 5, 6, "t is 5, not 6"),
    ("w #t", (7, 6), "size", 1, 5, 6, "#t is 5, not 6"),
    ("... t", (7, 9, 6), "size", 1, 5, 6, "t is 5, not 6"),
    ("r=4", (6,), "size", 0, 4, 6, "r=4 is 4, not 6"),
    ("t/2", (2,), "size", 0, 2.5, 2, "t/2 is 2.5, not 2"),
    ("h={n}*2", (9,), "size", 0, 14, 9, "h={n}*2 is 14, not 9"),
    ("w *s", (9, 2, 4), "axes", 1, (2, 3), (2, 4), "*s is (2, 3), not (2, 4)"),
    ("x+1 y", (6, 4), "unbound", 0, None, 6, "x+1 reads x, which is not bound"),
    ("h={m}", (6,), "unbound", 0, None, 6, "h={m} reads m, which is not bound"),
    ("t/(t-5)", (6,), "failed", 0, None, 6, "t/(t-5) cannot be evaluated: division by zero"),
    ("{n.x}", (6,), "failed", 0, None, 6, NO_ATTRIBUTE),
    ("{none}", (6,), "failed", 0, None, 6, NOT_A_NUMBER),
    ("?t", (5,), "treepath", 0, None, 5, "?t has a meaning within a PyTree only"),
    ("w ?*s", (9, 2, 3), "treepath", 1, None, (2, 3), "?*s has a meaning within a PyTree only"),
]


@pytest.mark.parametrize(("text", "sizes", "kind", "axis", "expected", "seen", "words"), MISMATCHES)
def test_a_mismatch_tells_the_axis_and_both_sizes(
    text: str,
    sizes: Sizes,
    kind: str,
    axis: int | None,
    expected: object,
    seen: object,
    words: str,
) -> None:
    before = bound({"t": 5}, {"s": (False, (2, 3))})
    outcome = match(parse(text), sizes, before, {"n": 7, "none": None})
    assert isinstance(outcome, Mismatch)
    assert (outcome.kind, outcome.axis) == (kind, axis)
    assert (outcome.expected, outcome.seen) == (expected, seen)
    assert str(outcome) == words
