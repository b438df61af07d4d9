"""Which dtype a tensor could be cast to, and which casts would change what it means."""

from typing import Any

import pytest
import torch
from jaxtyping import Bool, Complex, Complex64, Float, Float16, Int, Int8, Num, Shaped, UInt8
from torch import Tensor

from typed_rope.checking.leaves import Leaf
from typed_rope.checking.reading import form_of
from typed_rope.checking.repairing.change import Change, Evidence
from typed_rope.checking.repairing.dtypes import dtypes, recast
from typed_rope.checking.system import Seen, Solution, see
from typed_rope.shapes import Bindings

T, D = 5, 8


def seen(hint: Any, dtype: torch.dtype, *sizes: int, path: str = "x") -> Seen:
    value = torch.empty(sizes or (T, D), dtype=dtype, device="meta")
    found = see(Leaf(path, form_of(hint, None), value, {}))
    assert found is not None
    return found


def told(change: Change | None) -> tuple[int, str] | None:
    if change is None:
        return None
    assert change.kind == "dtype"
    return change.cost, change.written


@pytest.mark.parametrize(
    ("hint", "given", "cast"),
    [
        (Float[Tensor, "t d"], torch.int64, (3, "{0}.to(torch.float32)")),
        (Float[Tensor, "t d"], torch.bool, (3, "{0}.to(torch.float32)")),
        (Float16[Tensor, "t d"], torch.float32, (2, "{0}.to(torch.float16)")),
        (Int[Tensor, "t d"], torch.float32, (3, "{0}.to(torch.int64)")),
        (Int[Tensor, "t d"], torch.uint8, (2, "{0}.to(torch.int64)")),
        (Int[Tensor, "t d"], torch.bool, (3, "{0}.to(torch.int64)")),
        (Bool[Tensor, "t d"], torch.int64, (3, "{0}.to(torch.bool)")),
        (UInt8[Tensor, "t d"], torch.int64, (2, "{0}.to(torch.uint8)")),
        (Int8[Tensor, "t d"], torch.int64, (2, "{0}.to(torch.int8)")),
        (Complex[Tensor, "t d"], torch.float32, (3, "{0}.to(torch.complex64)")),
        (Complex[Tensor, "t d"], torch.int64, (3, "{0}.to(torch.complex64)")),
        (Complex64[Tensor, "t d"], torch.complex128, (2, "{0}.to(torch.complex64)")),
        (Complex[Tensor, "t d"], torch.bool, None),
        (Float[Tensor, "t d"], torch.complex64, (2, "{0}.real")),
        (Float[Tensor, "t d"], torch.complex128, (2, "{0}.real")),
        (Float16[Tensor, "t d"], torch.complex64, None),
        (Bool[Tensor, "t d"], torch.float32, None),
        (Float16[Tensor, "t d 2"], torch.complex64, None),
        (Complex64[Tensor, " t"], torch.int64, (3, "{0}.to(torch.complex64)")),
    ],
    ids=str,
)
def test_a_cast_of_the_same_kind_costs_less(
    hint: Any, given: torch.dtype, cast: tuple[int, str] | None
) -> None:
    assert told(recast(seen(hint, given), ())) == cast


@pytest.mark.parametrize("narrow", [torch.uint8, torch.int8, torch.int16])
def test_floats_are_rounded_to_no_narrow_integers(narrow: torch.dtype) -> None:
    hint = Int8[Tensor, "t d"] if narrow == torch.int8 else Int[Tensor, "t d"] | UInt8[Tensor, "t"]
    cast = recast(seen(hint, torch.float32), [narrow])
    assert told(cast) == (None if narrow == torch.int8 else (3, "{0}.to(torch.int64)"))


def test_a_dtype_that_others_have_comes_before_the_usual_one() -> None:
    x = seen(Float[Tensor, "t d"], torch.int64)
    assert told(recast(x, [torch.bfloat16])) == (3, "{0}.to(torch.bfloat16)")
    assert told(recast(x, [torch.int32, torch.float64])) == (3, "{0}.to(torch.float64)")


def test_anything_but_its_own_dtype_may_be_asked_for() -> None:
    x = seen(Shaped[Tensor, "t d"], torch.float32)
    assert told(recast(x, [torch.float32, torch.float16])) == (2, "{0}.to(torch.float16)")
    assert told(recast(seen(Num[Tensor, "t d"], torch.bool), ())) == (3, "{0}.to(torch.int64)")


def test_a_mask_of_truth_values_becomes_no_mask_of_numbers() -> None:
    for path in ("mask", "attn_Mask", "state.mask"):
        assert recast(seen(Float[Tensor, "t s"], torch.bool, path=path), ()) is None
    numbers = seen(Bool[Tensor, "t s"], torch.int64, path="mask")
    assert told(recast(numbers, ())) == (3, "{0}.to(torch.bool)")
    floats = seen(Float16[Tensor, "t s"], torch.float32, path="mask")
    assert told(recast(floats, ())) == (2, "{0}.to(torch.float16)")


@pytest.mark.parametrize(
    ("hint", "given", "sizes", "written"),
    [
        (Float[Tensor, "t d 2"], torch.complex64, (T, D), "torch.view_as_real({0})"),
        (Float[Tensor, "t d 2"], torch.complex128, (T, D), "torch.view_as_real({0})"),
        (Float[Tensor, "t d 3"], torch.complex64, (T, D), "{0}.real"),
        (Float[Tensor, "t d"], torch.complex64, (T, D), "{0}.real"),
        (Float[Tensor, "t 2"], torch.complex64, (T, 2), "{0}.real"),
        (Float[Tensor, "b t d 2"], torch.complex64, (T, D), "{0}.real"),
        (Float[Tensor, ""], torch.complex64, (T, D), "{0}.real"),
        (Complex[Tensor, "t d"], torch.float32, (T, D, 2), "torch.view_as_complex({0})"),
        (Complex[Tensor, "t d"], torch.float64, (T, D, 2), "torch.view_as_complex({0})"),
        (Complex[Tensor, "t d"], torch.bfloat16, (T, D, 2), "{0}.to(torch.complex64)"),
        (Complex[Tensor, "t d"], torch.float32, (T, D, 3), "{0}.to(torch.complex64)"),
        (Complex[Tensor, "t d"], torch.float32, (T, 2), "{0}.to(torch.complex64)"),
        (Complex64[Tensor, "t d"], torch.float64, (T, D, 2), "{0}.to(torch.complex64)"),
    ],
)  # fmt: skip
def test_complex_numbers_and_pairs_are_the_same_numbers(
    hint: Any, given: torch.dtype, sizes: tuple[int, ...], written: str
) -> None:
    cast = recast(seen(hint, given, *sizes), ())
    assert cast is not None
    assert cast.written == written
    assert cast.cost == (3 if "complex64)" in written and given != torch.complex128 else 2)
    assert eval(cast.of("x"), {"torch": torch, "x": torch.zeros(sizes, dtype=given)}) is not None


def test_pairs_are_looked_for_in_each_member_that_has_another_dtype() -> None:
    hint = Complex[Tensor, "t d"] | Float[Tensor, "t d 2"] | Shaped[Tensor, " t"]
    assert told(recast(seen(hint, torch.complex64), ())) == (2, "torch.view_as_real({0})")


def offered(x: Seen) -> list[tuple[int, str] | None]:
    none: frozenset[Any] = frozenset()
    evidence = Evidence((), Solution(Bindings()), none, none, none, none, answers=False)
    return [told(change) for change in dtypes(x, evidence)]


def test_a_right_dtype_of_one_member_of_a_union_may_be_wrong_for_another() -> None:
    union = Float[Tensor, "a b"] | Int[Tensor, "a b c"]
    assert offered(seen(union, torch.float32)) == [(3, "{0}.to(torch.int64)")]
    assert offered(seen(union, torch.int64)) == [(3, "{0}.to(torch.float32)")]
    assert offered(seen(Float16[Tensor, "a b"] | Shaped[Tensor, "a"], torch.bool)) != []


def test_where_every_member_has_the_dtype_no_other_is_offered() -> None:
    assert offered(seen(Float[Tensor, "a b"] | Float[Tensor, "a b c"], torch.float32)) == []
    assert offered(seen(Shaped[Tensor, "a b"], torch.float32)) == []


def test_where_no_cast_is_known_none_is_offered() -> None:
    assert offered(seen(Float[Tensor, "a b"] | Bool[Tensor, "a b"], torch.complex64)) == [
        (2, "{0}.real")
    ]
    assert offered(seen(Bool[Tensor, "a b"] | Int8[Tensor, "a b"], torch.float32)) == []
