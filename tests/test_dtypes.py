from typing import Any

import pytest
import torch
from torch import Tensor

from typed_rope.dtypes import Wide

FLOATS = (torch.float64, torch.float32, torch.float16, torch.bfloat16)


def _fits(table: Tensor) -> bool:
    table_type: Any = Wide[Tensor, "t r"]  # static checkers see `Annotated`, which is no class
    return isinstance(table, table_type)


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_wide_holds_float32_and_float64_and_nothing_narrower(dtype: torch.dtype) -> None:
    table = torch.zeros(5, 3, dtype=dtype)
    assert _fits(table) == (dtype in (torch.float32, torch.float64))


@pytest.mark.parametrize("dtype", [torch.int64, torch.bool, torch.complex64], ids=str)
def test_wide_holds_real_floats_only(dtype: torch.dtype) -> None:
    assert not _fits(torch.zeros(5, 3, dtype=dtype))


def test_wide_checks_the_axes_as_well() -> None:
    assert not _fits(torch.zeros(5, 3, 2))
