import re

import pytest
import torch

from typed_rope.checking import ShapeError
from typed_rope.demo.incident import compute_rope, incident, rotate_tokens_first
from typed_rope.layout import heads_first
from typed_rope.rope import RopeSpec, rope_table, rotate_halves

B, T, H, D = 2, 5, 6, 8


def test_the_old_function_is_right_in_the_layout_that_it_was_written_for() -> None:
    x = torch.randn(B, H, T, D, dtype=torch.float64)
    angles = torch.arange(9.0)[:, None] * 10_000.0 ** (-torch.arange(0, D, 2) / D)
    turned = torch.complex(x[..., : D // 2], x[..., D // 2 :]) * torch.exp(1j * angles[:T].double())
    expected = torch.cat((turned.real, turned.imag), dim=3)
    torch.testing.assert_close(
        compute_rope(x, angles.cos().double(), angles.sin().double()), expected
    )


def test_the_old_function_turned_each_token_by_the_number_of_its_head() -> None:
    found = incident()
    assert found.result_shape == found.shape == (B, T, H, D)
    assert found.turned_to == (found.head,) * T


def test_the_mistake_left_a_model_without_positions() -> None:
    found = incident()
    assert found.difference_from_right > 1
    assert found.difference_from_no_positions < 1e-5


def test_the_error_shown_is_the_one_that_the_call_raises() -> None:
    x = torch.randn(B, T, H, D)
    with pytest.raises(ShapeError) as error:
        rotate_halves(x, *rope_table(RopeSpec(head_dim=D), torch.arange(T)))
    assert incident().error == str(error.value)
    first = "rotate_halves: x fits its annotation with h and t exchanged."
    assert incident().error.splitlines()[0] == first


def test_both_repairs_agree_with_the_formula() -> None:
    assert [repair.difference < 1e-6 for repair in incident().repairs] == [True, True]


def test_the_repairs_shown_are_the_ones_that_ran() -> None:
    names = [re.findall(r"\w+(?=\()", repair.code) for repair in incident().repairs]
    expected = ["rotate_halves", "heads_first"]
    assert names == [expected, ["rotate_tokens_first", *expected]]


def test_the_function_for_tokens_first_refuses_heads_first() -> None:
    x = torch.randn(B, T, H, D)
    tables = rope_table(RopeSpec(head_dim=D), torch.arange(T))
    assert rotate_tokens_first(x, *tables).shape == (B, H, T, D)
    with pytest.raises(ShapeError):
        rotate_tokens_first(heads_first(x), *tables)


def test_as_many_heads_as_tokens_are_reported_as_the_hole_that_they_are() -> None:
    assert incident().accepted_with_equal_sizes == (B, T, T, D)
