"""What `reveal_shape` prints when the program runs; what mypy says is tested with the plugin."""

import pytest
import torch

from typed_rope import reveal_shape


def test_a_tensor_is_shown_with_dtype_and_sizes(capsys: pytest.CaptureFixture[str]) -> None:
    x = torch.zeros(2, 5, 24, dtype=torch.bfloat16)
    assert reveal_shape(x) is x
    assert capsys.readouterr() == ("", "Runtime shape is bfloat16 (2, 5, 24)\n")


def test_a_scalar_has_no_axes(capsys: pytest.CaptureFixture[str]) -> None:
    reveal_shape(torch.tensor(3))
    assert capsys.readouterr().err == "Runtime shape is int64 ()\n"


def test_what_is_no_tensor_is_named_and_returned(capsys: pytest.CaptureFixture[str]) -> None:
    value = [1, 2]
    assert reveal_shape(value) is value
    assert capsys.readouterr().err == "Runtime shape is unknown: this is list, no tensor\n"
