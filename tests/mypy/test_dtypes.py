"""Tests for what torch's type promotion can make of tensors, numbers and tensors without axes."""

from itertools import product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from typed_rope.mypy.dtypes import (
    ALL,
    BOOL,
    COMPLEX,
    FAMILIES,
    FLOAT,
    Dtypes,
    inexact,
    named,
    never,
    promote,
    with_number,
    with_scalars,
)

EIGHT_BITS = {name for name in ALL if "float8" in name}
WIDE = {"uint16", "uint32", "uint64"}
UNHEARD_OF = {"complex32", "float8_e8m0fnu"}  # by jaxtyping
ORDINARY = sorted(ALL - EIGHT_BITS - WIDE)
NUMBERS = {bool: True, int: 3, float: 0.5, complex: 0.5j}


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _tensor(dtype: str, *sizes: int) -> torch.Tensor:
    return torch.empty(sizes, dtype=getattr(torch, dtype), device="meta")


@pytest.mark.parametrize(("left", "right"), list(product(sorted(ALL), repeat=2)))
def test_two_dtypes_become_what_torch_makes_of_them_or_stay_undecided(
    left: str, right: str
) -> None:
    told = promote([frozenset({left}), frozenset({right})])
    try:
        truth = _name(torch.promote_types(getattr(torch, left), getattr(torch, right)))
    except (RuntimeError, TypeError):
        assert told == frozenset({left, right})
    else:
        assert told == frozenset({truth})


@pytest.mark.filterwarnings("ignore:ComplexHalf support is experimental")
@pytest.mark.parametrize(("left", "right"), list(product(ORDINARY, repeat=2)))
def test_a_tensor_without_axes_gives_way_as_in_torch(left: str, right: str) -> None:
    truth = _name(torch.result_type(_tensor(left, 3), _tensor(right)))
    assert with_scalars(frozenset({left}), frozenset({right})) == frozenset({truth})


@pytest.mark.filterwarnings("ignore:ComplexHalf support is experimental")
@pytest.mark.parametrize("dtype", ORDINARY)
@pytest.mark.parametrize("kind", NUMBERS)
def test_a_python_number_gives_what_torch_may_make_of_it(dtype: str, kind: type) -> None:
    truth = _name(torch.result_type(_tensor(dtype, 3), NUMBERS[kind]))
    told = with_number(frozenset({dtype}), kind)
    assert told is not None
    assert truth in told
    if dtype in FLOAT | COMPLEX or kind in (bool, int):
        assert told == frozenset({truth})


@pytest.mark.parametrize("dtype", sorted(ALL - EIGHT_BITS))
def test_a_function_of_reals_keeps_what_is_inexact_and_makes_floats_of_the_rest(dtype: str) -> None:
    kept = dtype in FLOAT | COMPLEX
    assert inexact(frozenset({dtype})) == (frozenset({dtype}) if kept else FLOAT - EIGHT_BITS)


@given(*[st.frozensets(st.sampled_from(ORDINARY), min_size=1, max_size=4)] * 2)
def test_a_set_of_dtypes_becomes_all_that_its_members_can(left: Dtypes, right: Dtypes) -> None:
    truth = frozenset(
        _name(torch.promote_types(getattr(torch, a), getattr(torch, b)))
        for a in left
        for b in right
    )
    assert promote([left, right]) == truth


def test_an_unknown_dtype_leaves_the_result_unknown() -> None:
    assert promote([FLOAT, None]) is None
    assert promote([None, FLOAT]) is None
    assert with_scalars(None, FLOAT) is None
    assert with_number(None, float) is None
    assert inexact(None) is None


def test_only_dtypes_that_share_nothing_are_never_equal() -> None:
    assert never(BOOL, FLOAT)
    assert not never(FLOAT, frozenset({"float32", "int64"}))
    assert not never(None, FLOAT)


@pytest.mark.parametrize("name", [*sorted(ALL), "half", "float", "double", "long", "int", "cfloat"])
def test_a_dtype_is_known_by_every_name_that_torch_gives_it(name: str) -> None:
    if hasattr(torch, name):
        assert named(name) == frozenset({_name(getattr(torch, name))})
    assert named("Tensor") is None


@pytest.mark.parametrize("family", FAMILIES)
def test_families_hold_what_jaxtyping_says(family: str) -> None:
    jaxtyping = pytest.importorskip("jaxtyping")
    allowed = FAMILIES[family]
    annotation = getattr(jaxtyping, family)[torch.Tensor, "..."]
    for dtype in sorted(ALL - UNHEARD_OF):
        accepted = isinstance(_tensor(dtype, 3), annotation)
        assert accepted == (allowed is None or dtype in allowed), dtype
