"""What check_model says of no module, and of one finding."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from typed_rope.testing import check_model


class Leak(nn.Module):
    """Compare the rows of a batch."""

    def forward(self, x: Tensor) -> Tensor:
        return x - x.mean(0)


def test_what_is_no_module_is_refused_by_its_class() -> None:
    model: Any = torch.relu
    with pytest.raises(TypeError) as error:
        check_model(model, torch.randn(3, 7, 10))
    assert (
        str(error.value) == "check_model runs an nn.Module, and this is builtin_function_or_method."
    )


def test_one_finding_is_counted_as_one() -> None:
    report = check_model(Leak(), torch.randn(3, 7, 10))
    assert str(report).splitlines()[0] == "Leak: 1 finding."
