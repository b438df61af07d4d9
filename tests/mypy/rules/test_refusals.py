"""What is said where a call is refused, and which repair is offered."""

from collections.abc import Mapping

import pytest

from drawn import FLOAT32, HEADS, INT64, axis, fixed, number
from typed_rope.mypy.rules import RULES
from typed_rope.mypy.rules.rule import Known, Refused, Unsure
from typed_rope.mypy.values import UNKNOWN, Axis, Constant, Dims, Tensor, Value
from typed_rope.shapes import Size


def _dims(text: str) -> Dims:
    return tuple(fixed(int(name)) if name.isdigit() else axis(name) for name in text.split())


def _tensor(text: str, dtypes: frozenset[str] | None = FLOAT32) -> Tensor:
    return Tensor(_dims(text), dtypes)


def _asked(name: str, *positional: Value, named: Mapping[str, Value] | None = None) -> Value:
    return RULES[name](positional, named or {}, Known())


def _refused(name: str, *positional: Value, named: Mapping[str, Value] | None = None) -> Refused:
    with pytest.raises(Refused) as refusal:
        _asked(name, *positional, named=named)
    return refusal.value


@pytest.mark.parametrize(
    ("left", "right", "sentence", "fix"),
    [
        ("b t d", "b s d", 'd of "b t d" is summed with s of "b s d"', ".transpose(-2, -1)"),
        ("t d", "s d", 'd of "t d" is summed with s of "s d"', ".T"),
        ("t d", "s c", 'd of "t d" is summed with s of "s c"', None),
        ("b t d", "h d s", 'b and h cannot be equal in "b" and "h", of "b t d" and "h d s"', None),
    ],
)
def test_a_matrix_product_names_what_is_summed(
    left: str, right: str, sentence: str, fix: str | None
) -> None:
    refusal = _refused("matmul", _tensor(left), _tensor(right))
    assert (refusal.sentence, refusal.code, refusal.fix) == (sentence, "shape", fix)


def test_an_einsum_names_the_letter_and_both_axes() -> None:
    refusal = _refused(
        "einsum", Constant("bhst,bshd->bthd"), _tensor("b h t s"), _tensor("b s h d")
    )
    told = 's stands for t of "b h t s" and for s of "b s h d", which cannot be equal'
    assert refusal.sentence == told


def test_a_linear_offers_to_transpose_a_weight_of_input_and_output() -> None:
    refusal = _refused("linear", _tensor("b t c"), _tensor("c f"))
    assert refusal.sentence == 'c is multiplied with f, of "b t c" and the weight "c f"'
    assert refusal.fix == ".T"


def test_scores_name_the_axis_of_classes() -> None:
    refusal = _refused("cross_entropy", _tensor("b t v"), _tensor("b t", INT64))
    told = 'v and t cannot be equal in "b v" and "b t"; the classes are t, axis 1 of "b t v"'
    assert refusal.sentence == told


def test_labels_that_were_shifted_are_refused() -> None:
    labels = Tensor((Axis(Size.symbol("t") - 1),), INT64)
    assert "t and t-1 cannot be equal" in _refused("cross_entropy", _tensor("t v"), labels).sentence


def test_a_mask_the_other_way_round_is_refused() -> None:
    q, k = _tensor("b h t d"), _tensor("b h s d")
    named = {"attn_mask": _tensor("s t")}
    refusal = _refused("scaled_dot_product_attention", q, k, k, named=named)
    told = 'the mask "s t" does not fit the scores "b h t s": t and s cannot be equal'
    assert refusal.sentence == told


def test_heads_of_keys_are_shared_only_where_that_is_asked_for() -> None:
    q, k = _tensor("b h t d"), _tensor("b g s d")
    assert "h and g" in _refused("scaled_dot_product_attention", q, k, k).sentence
    shared = {"enable_gqa": Constant(True)}
    result = _asked("scaled_dot_product_attention", q, k, k, named=shared)
    assert result == _tensor("b h t d")


def test_what_is_looked_up_must_be_whole_numbers() -> None:
    assert "whole numbers" in _refused("embedding", _tensor("b t"), _tensor("v c")).sentence


def test_a_mean_is_of_floats() -> None:
    assert "floats" in _refused("mean", _tensor("b t", INT64)).sentence


def test_a_tensor_does_not_grow_in_place() -> None:
    told = '"b 1 d" has no room for "b t d" in place'
    assert _refused("add_", _tensor("b 1 d"), _tensor("b t d")).sentence == told
    assert _asked("add_", _tensor("b t d"), _tensor("b 1 d")) == _tensor("b t d")


@pytest.mark.parametrize(
    ("axes", "pattern", "fixed_pattern"),
    [
        ("b t h d", "b h t d -> b h d t", "b t h d -> b h d t"),
        ("b t h d", "b h t e -> b t (h e)", "b t h e -> b t (h e)"),
        ("h t d", "t d h -> h (t d)", "h t d -> h (t d)"),
    ],
)
def test_a_pattern_that_exchanges_names_is_refused_with_the_right_one(
    axes: str, pattern: str, fixed_pattern: str
) -> None:
    refusal = _refused("einops.rearrange", _tensor(axes), Constant(pattern))
    assert refusal.code == "layout"
    assert refusal.fix == f'"{fixed_pattern}"'


@pytest.mark.parametrize(
    ("axes", "pattern"),
    [
        ("b t h d", "b n h d -> b h n d"),
        ("b t h d", "a t c d -> a c t d"),
        ("b t h d", "b h n d -> b n h d"),
        ("b t h d", "b t h d -> b h t d"),
    ],
)
def test_a_pattern_with_names_of_its_own_is_right(axes: str, pattern: str) -> None:
    assert isinstance(_asked("einops.rearrange", _tensor(axes), Constant(pattern)), Tensor)


def test_a_pattern_splits_an_axis_and_names_its_parts() -> None:
    pattern = Constant("b t (h d) -> b h t d")
    named = {"h": number(HEADS)}
    result = _asked("einops.rearrange", _tensor("b t c"), pattern, named=named)
    split = Axis(Size.symbol("c") / HEADS, "d")
    assert result == Tensor((axis("b"), Axis(HEADS, "h"), axis("t"), split), FLOAT32)


@pytest.mark.parametrize(
    ("axes", "pattern", "named"),
    [
        ("b t c", "b t -> t b", {}),
        ("b t c", "b t (h d) -> b h t d", {}),
        ("b t 10", "b t (h d) -> b h t d", {"h": 3}),
        ("b t 8", "b t d -> b d t", {"d": 4}),
        ("b t c", "b t c -> b t", {}),
    ],
)
def test_a_pattern_that_cannot_fit_is_refused(
    axes: str, pattern: str, named: Mapping[str, int]
) -> None:
    sizes = {name: number(size) for name, size in named.items()}
    refusal = _refused("einops.rearrange", _tensor(axes), Constant(pattern), named=sizes)
    assert refusal.code == "shape"


@pytest.mark.parametrize("kind", [bool, int, float, complex])
def test_a_number_of_which_only_the_type_is_known_changes_no_axis(kind: type) -> None:
    result = _asked("mul", _tensor("b t"), Constant(kind))
    assert isinstance(result, Tensor)
    assert result.dims == _dims("b t")
    assert result == _asked("mul", Constant(kind), _tensor("b t"))


def test_nothing_is_told_of_what_may_be_a_tensor() -> None:
    with pytest.raises(Unsure):
        _asked("mul", _tensor("b t"), UNKNOWN)


def test_a_condition_may_come_first_or_second() -> None:
    condition, x = _tensor("b t", frozenset({"bool"})), _tensor("t")
    assert _asked("where", condition, x, Constant(0.5)) == _tensor("b t")
    assert _asked("where", x, condition, Constant(0.5)) == _tensor("b t")
    places = _asked("where", condition)
    assert len(getattr(places, "values", ())) == 2
